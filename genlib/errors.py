"""What a person can put right, in one sentence: a template and its values, so that a page can say it in its own language."""


class Problem(Exception):
    """str(error) is the English sentence; a translation is looked up by `template` and filled with `values`."""

    def __init__(self, template: str, **values):
        super().__init__(template.format(**values) if values else template)
        self.template, self.values = template, values


class InputError(Problem, ValueError):
    """A value that was asked for is not of its kind or not within its bounds."""


class CheckpointError(Problem):
    """The folder does not hold a model this version of genlib can build; the message says why."""


def brief(value: object, most: int = 60) -> str:
    """A value as a sentence can quote it: on one line, and short however long it is."""
    text = repr(value[: most + 1] if isinstance(value, str) else value)
    return text if len(text) <= most else f"{text[: most - 1]}…"
