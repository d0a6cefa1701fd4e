"""The options of a command as a TOML file has them: its keys are the long options, and what stands on the command line goes before it."""

import tomllib
from pathlib import Path

from genlib.errors import Problem

FLAG = "--config"
MOST = 1 << 16  # bytes
INSTEAD = {"steps": "minutes", "minutes": "steps", "resume": "overwrite", "overwrite": "resume"}  # one of the two can be said
WITHHELD = ("config", "class")  # not of a training


class OptionsError(Problem, ValueError):
    """A file of options cannot be followed."""


def read_options(path: Path) -> dict:
    """The file's keys and values.  Raises OptionsError."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST + 1)
        if len(raw) > MOST:
            raise OptionsError("{path} is no file of options: it has more than {most} bytes", path=path, most=MOST)
        return tomllib.loads(raw.decode())
    except OSError as error:
        raise OptionsError("{path} cannot be read: {reason}", path=path, reason=error.strerror or str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionsError("{path} is no TOML: {reason}", path=path, reason=str(error)) from error


def as_arguments(key: str, value: object) -> list[str]:
    """An option as it would be typed.  Raises OptionsError."""
    if isinstance(value, bool):
        return [f"--{key}"] if value else [f"--no-{key}"] if key == "keep-old" else []
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return [f"--{key}", *value]
    if isinstance(value, (str, int, float)):
        return [f"--{key}={value}"]
    raise OptionsError("the option {key} wants a text, a number, true or false, or a list of texts", key=key)


def is_said(key: str, arguments: list[str]) -> bool:
    """Whether the command line says it, or what rules it out."""
    keys = [name for name in (key, f"no-{key}", INSTEAD.get(key)) if name]
    return any(argument.split("=", 1)[0] == f"--{name}" for argument in arguments for name in keys)


def expand(arguments: list[str]) -> list[str]:
    """A command line with the options of the file that it names in the file's place, at its end.  Raises OptionsError."""
    if arguments[:1] not in (["train"], ["finetune"]):
        return arguments
    places = [k for k, argument in enumerate(arguments) if argument.split("=", 1)[0] == FLAG]
    if not places:
        return arguments
    k = places[0]
    _, equals, name = arguments[k].partition("=")
    path = Path(name if equals else (arguments[k + 1 : k + 2] or [""])[0])
    rest = arguments[:k] + arguments[k + (1 if equals else 2) :]
    options = {key.replace("_", "-"): value for key, value in read_options(path).items()}
    for key in options:
        if key in WITHHELD or not key.replace("-", "").isalpha():
            raise OptionsError("{path}: {key} is no option of a training", path=path, key=key)
    return rest + [word for key, value in options.items() if not is_said(key, rest) for word in as_arguments(key, value)]
