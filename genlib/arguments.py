"""What the command line takes: its commands, their options, and the readers of what is typed after them."""

import argparse
from collections.abc import Callable
from pathlib import Path

from genlib import log
from genlib.limits import GUIDANCE

PROGRAM = "python -m genlib"
MAX_SAMPLES = 1000  # in one picture
MAX_TEMPERATURE = 3.0
PLOTS = ("curves", "samples", "codes", "weights")
FINETUNE_STEPS = 1000  # some five minutes of two cores


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog=PROGRAM, description="Classic deep generative models: train, measure, sample, share.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, about: str, *arguments: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about)
        for argument in arguments:
            sub.add_argument(argument)
        return sub

    sub = command("list", "The checkpoints and recipes there are.")
    sub.add_argument("--json", action="store_true", help="one JSON list instead of a table")
    sub = command("train", "Train the recipe of that name.", "name")
    sub.add_argument("--data", type=Path, help="torchvision-style root; without it a cache folder, filled by download")
    sub.add_argument("--out", type=Path, help="checkpoint folder (default: runs/NAME)")
    sub.add_argument(
        "--seed",
        type=number(int, 0, 2**31 - 1),
        help="of the weights, the order of the pictures and, where few are, which labels are known (default: the recipe's)",
    )
    sub.add_argument("--split", choices=("train", "fit"), default="train", help="fit: leave the validation pictures out (default: train)")
    sub.add_argument(
        "--pictures",
        type=Path,
        metavar="FOLDER|ZIP",
        help="learn these pictures from nothing, a sub-folder a class, or a zip of them, instead of the data set",
    )
    add_budget(sub, "the recipe's")
    add_run_options(sub, "the recipe's")
    sub = command("finetune", "Go on training a checkpoint on own pictures.", "source")
    sub.add_argument("--data", type=Path, required=True, help="a folder with one sub-folder of pictures a class, or a zip of one")
    sub.add_argument("--out", type=Path, required=True, help="checkpoint folder to write")
    add_budget(sub, str(FINETUNE_STEPS))
    keep = "learn the known classes on, from the model's own draws (default: where there are new ones)"
    sub.add_argument("--keep-old", action=argparse.BooleanOptionalAction, help=keep)
    sub.add_argument("--freeze", metavar="PART", nargs="+", default=[], help="parts of the model that stay as they are, such as encoder")
    add_run_options(sub, "twice that of the base's recipe")
    sub = command("evaluate", "Measure a checkpoint on the test set and write its card.")
    sub.add_argument("source", nargs="?", help="name, folder or repository; or --all")
    sub.add_argument("--all", action="store_true", help="every bundled checkpoint, and the table of them")
    sub.add_argument("--out", type=Path, help="with --all: the folder for table.json and table.md")
    sub.add_argument("--data", type=Path, help="torchvision-style root")
    sub.add_argument("--n", type=number(int, 2), default=10_000, help="test images, and generated ones (default: 10000)")
    sub.add_argument("--seed", type=number(int, 0, 2**63 - 1), default=0)
    add_device(sub)
    sub.add_argument("--split", choices=("test", "validation"), default="test", help="validation: to choose by, written nowhere (default: test)")
    sub.add_argument("--json", action="store_true", help="print one JSON object, last on stdout")
    sub = command("sample", "Draw samples into a PNG.", "source")
    sub.add_argument("--class", dest="label", help="class number or name (default: all in turn)")
    sub.add_argument("--n", type=number(int, 1, MAX_SAMPLES), default=10, help=f"at most {MAX_SAMPLES} (default: 10)")
    sub.add_argument("--seed", type=number(int, 0, 2**63 - 1), default=0)
    sub.add_argument("--temperature", type=number(float, 0, MAX_TEMPERATURE), default=1.0, help="0 to 3 (default: 1)")
    sub.add_argument("--guidance", type=number(float, 0, GUIDANCE), help="w of a PixelCNN that can leave the class out (default: its own)")
    sub.add_argument("--out", type=Path, required=True, metavar="FILE.png")
    sub = command("plot", "Draw a checkpoint or run into a PNG or an SVG.", "source")
    sub.add_argument("--what", choices=PLOTS, default=PLOTS[0], help=f"one of {', '.join(PLOTS)} (default: {PLOTS[0]})", metavar="WHAT")
    sub.add_argument("--seed", type=number(int, 0, 2**63 - 1), default=0, help="of the samples (default: 0)")
    sub.add_argument("--out", type=picture_file, required=True, metavar="FILE.png|FILE.svg")
    command("push", "Upload a checkpoint folder with its card to the Hub.", "source", "repo_id")
    sub = command("pull", "Fetch what the Hub has of a checkpoint now.", "repo_id")
    sub.add_argument("--out", type=Path, help="copy it into this folder (default: leave it in the Hub cache)")
    return top


def number(kind: type, least: float, most: float = float("inf")) -> Callable[[str], float]:
    """A reader of an option's number, from least to most."""
    bounds = f"{least} or more" if most == float("inf") else f"{least} to {most:,}"

    def read(text: str):
        try:
            value = kind(text)
        except ValueError:
            value = float("nan")
        if not least <= value <= most or value == float("inf"):  # NaN is neither
            raise argparse.ArgumentTypeError(f"must be a{' whole' * (kind is int)} number, {bounds}; got {text[:40]!r}")
        return value

    return read


def picture_file(text: str) -> Path:
    """A reader of the file a plot goes into."""
    if Path(text).suffix.lower() not in (".png", ".svg"):
        raise argparse.ArgumentTypeError(f"must end in .png or .svg; got {text[:100]!r}")
    return Path(text)


def add_budget(sub: argparse.ArgumentParser, usual: str) -> None:
    group = sub.add_mutually_exclusive_group()
    group.add_argument("--minutes", type=number(float, 1e-3, 1e6), help="train this long")
    group.add_argument("--steps", type=number(int, 1), help=f"train this many batches (default: {usual})")


def add_device(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="default: a GPU where there is one")


def add_run_options(sub: argparse.ArgumentParser, usual_lr: str) -> None:
    add_device(sub)
    sub.add_argument("--lr", type=number(float, 1e-9, 10), help=f"learning rate (default: {usual_lr})")
    sub.add_argument("--config", metavar="FILE.toml", help="options by their long names; what stands on the command line goes before them")
    sub.add_argument("--log", choices=log.KINDS, help="enter the metrics there as well, for its board")
    group = sub.add_mutually_exclusive_group()
    group.add_argument("--resume", action="store_true", help="go on from the state saved in --out")
    group.add_argument("--overwrite", action="store_true", help="replace what a run before wrote into --out")
