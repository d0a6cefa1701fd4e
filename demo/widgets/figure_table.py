"""The measured figures of several models, sorted by whichever column is pressed."""

from demo.widgets.base import Widget


class FigureTable(Widget):
    """value: {"columns": [{"key", "title", "less"}], "rows": [{"name", "figures": {key: number}}]}; less: smaller is better."""
