"""A run as a film: what sixteen fixed z became at its moments, in step with a marker on the curves beside it."""

from demo.widgets.base import Widget


class TrainingFilm(Widget):
    """value: {"png": base64 of a PNG of the moments' sheets side by side, "steps": the batch of each, "captions": its words}; or
    {"pending": True}, which asks for the value by an expand event.  Without a film it shows nothing.
    """
