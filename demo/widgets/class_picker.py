"""Choose a class: one of a few, one of many, or one garment in each factor."""

from demo.widgets.base import Widget
from genlib.errors import InputError


class ClassPicker(Widget):
    """value: the class, a number; title; names: the classes; factors: [{"name", "pixels"}], a picture a choice.  Event: input.

    With factors the number has the choices as digits, the first the highest.
    """

    def __init__(self, value=0, *, title="", names=(), factors=(), **props):
        super().__init__(value, title=title, names=list(names), factors=list(factors), **props)

    def preprocess(self, value):
        if type(value) is not int:
            raise InputError("choose a class")
        return value
