"""Pick, draw or upload one picture; what the model will see is shown beside it, and what was done to it."""

from demo.widgets.base import Widget, check_pixels, whole_number


class PicturePad(Widget):
    """value: {"pixels", "label", "source", "notes", "doubt"}; samples: {"pixels", "labels"}; names: the classes.  Event: input.

    dataset: what pictures are prepared for; hint: what to photograph, where the data set ends;
    groups: {"of": a number a sample, "names", "at": an angle pair a group or []}: samples under one light, in one pose.
    Needs a server function `prepare`, see demo/uploads.py.
    """

    parts = ("picture_cut", "picture_camera")

    def __init__(self, value=None, *, samples=None, names=(), groups=None, dataset="mnist", hint="", **props):
        super().__init__(value, samples=samples, names=list(names), groups=groups, dataset=dataset, hint=hint, **props)

    def preprocess(self, value):
        value = check_pixels(value)
        if value and "label" in value:
            whole_number(value, "label", -1, 10**6)
        return value
