"""Choose a class: one of a few, one of many, or one garment in each factor."""

from demo.widgets.base import Widget
from genlib.errors import InputError


class ClassPicker(Widget):
    """value: the class, a number; title; names: the classes; factors: [{"name", "pixels"}], a picture a choice.  Event: input.

    With factors the number has the choices as digits, the first the highest.  pictures: one a choice, its name in words only beside the title;
    numbers: what each choice's number is; folded: True to show the choice that is made alone until another is asked for.
    """

    def __init__(self, value=0, *, title="", names=(), factors=(), pictures=None, numbers=None, folded=False, **props):
        more = {"pictures": pictures, "numbers": numbers, "folded": folded}
        super().__init__(value, title=title, names=list(names), factors=list(factors), **more, **props)

    def preprocess(self, value):
        if type(value) is not int:
            raise InputError("choose a class")
        return value
