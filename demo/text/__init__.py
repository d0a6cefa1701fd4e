"""Every word a person reads, by language: en.json, zh.json.  A test holds their keys equal.

Errors carry their English template and its values (genlib/errors.py); errors.LANGUAGE.json has the template, and those values that
are words, in another language.
"""

import json
from pathlib import Path

from genlib.errors import Problem
from genlib.preparation import Note

HERE = Path(__file__).parent
ENDS = (".", "!", "?", "。", "！", "？")


def sentence(text: str, stop: str = ".") -> str:
    """A text begun large and brought to its end."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith(ENDS) else stop)


def english(error: BaseException | Note) -> str:
    return sentence(str(error))


class Text:
    """t("key") is the phrase; t("key", n=3) fills its {n}."""

    def __init__(self, language: str):
        self.language = language
        self.phrases: dict[str, str] = json.loads((HERE / f"{language}.json").read_text(encoding="utf-8"))
        catalogue = HERE / f"errors.{language}.json"
        self.errors: dict[str, str] = json.loads(catalogue.read_text(encoding="utf-8")) if catalogue.exists() else {}

    def __call__(self, key: str, **values) -> str:
        phrase = self.phrases[key]
        return phrase.format(**values) if values else phrase

    def group(self, prefix: str) -> dict[str, str]:
        """The phrases under "prefix." by the rest of their key: what a widget's script needs."""
        return {key.removeprefix(prefix + "."): phrase for key, phrase in self.phrases.items() if key.startswith(prefix + ".")}

    def problem(self, error: BaseException | Note) -> str:
        """What was wrong, or was done to a picture, a sentence in this language; in English where nobody has translated it."""
        if not isinstance(error, Problem | Note) or error.template not in self.errors:
            return english(error)
        template = self.errors[error.template]
        words = {key: self.errors.get(v, v) if isinstance(v, str) else v for key, v in error.values.items()}
        return sentence(template.format(**words) if words else template, "。")
