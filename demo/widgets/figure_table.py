"""The measured figures of several models, sorted by whichever column is pressed."""

from demo.widgets.base import Widget


class FigureTable(Widget):
    """value: {"columns": [{"key", "title", "less"}], "rows": [{"name", "title", "figures": {key: number}}], "finds": {task: [key, …]}};
    less: smaller is better; finds: tasks that are done by sorting by such columns in turn."""
