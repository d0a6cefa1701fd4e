"""Every word a person reads, by language: en.json, zh.json.  A test holds their keys equal."""

import json
from pathlib import Path

HERE = Path(__file__).parent


class Text:
    """t("key") is the phrase; t("key", n=3) fills its {n}."""

    def __init__(self, language: str):
        self.language = language
        self.phrases: dict[str, str] = json.loads((HERE / f"{language}.json").read_text(encoding="utf-8"))

    def __call__(self, key: str, **values) -> str:
        phrase = self.phrases[key]
        return phrase.format(**values) if values else phrase

    def group(self, prefix: str) -> dict[str, str]:
        """The phrases under "prefix." by the rest of their key: what a widget's script needs."""
        return {key.removeprefix(prefix + "."): phrase for key, phrase in self.phrases.items() if key.startswith(prefix + ".")}
