"""The command line: python -m genlib --help.  The only module that prints."""

import argparse
import json
import shlex
import signal
import sys
import time
from pathlib import Path

PROGRAM = "python -m genlib"


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog=PROGRAM, description="Classic deep generative models: train, measure, sample, share.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, function, about: str, *arguments: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about)
        for argument in arguments:
            sub.add_argument(argument)
        sub.set_defaults(function=function)
        return sub

    sub = command("list", list_, "The checkpoints and recipes there are.")
    sub.add_argument("--json", action="store_true", help="one JSON list instead of a table")
    sub = command("train", train, "Train the recipe of that name.", "name")
    sub.add_argument("--data", type=Path, help="torchvision-style root; without it a cache folder, filled by download")
    sub.add_argument("--out", type=Path, help="checkpoint folder (default: runs/NAME)")
    length(sub)
    sub = command("finetune", finetune, "Go on training a checkpoint on own pictures.", "source")
    sub.add_argument("--data", type=Path, required=True, help="a folder with one sub-folder of pictures a class")
    sub.add_argument("--out", type=Path, required=True, help="checkpoint folder to write")
    sub.add_argument("--steps", type=positive, default=500)
    sub.add_argument("--resume", action="store_true", help="go on from the state saved in --out")
    sub = command("evaluate", evaluate, "Measure a checkpoint on the test set and write its card.")
    sub.add_argument("source", nargs="?", help="name, folder or repository; or --all")
    sub.add_argument("--all", action="store_true", help="every bundled checkpoint, and the table of them")
    sub.add_argument("--out", type=Path, help="with --all: the folder for table.json and table.md")
    sub.add_argument("--data", type=Path, help="torchvision-style root")
    sub.add_argument("--n", type=positive, default=10_000, help="test images, and generated ones (default: 10000)")
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--json", action="store_true", help="print one JSON object, last on stdout")
    sub = command("sample", sample, "Draw samples into a PNG.", "source")
    sub.add_argument("--class", dest="label", help="class number or name (default: all in turn)")
    sub.add_argument("--n", type=positive, default=10)
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--temperature", type=float, default=1.0)
    sub.add_argument("--out", type=Path, required=True, metavar="FILE.png")
    command("push", push, "Upload a checkpoint folder with its card to the Hub.", "source", "repo_id")
    sub = command("pull", pull, "Fetch a checkpoint from the Hub.", "repo_id")
    sub.add_argument("--out", type=Path, help="copy it into this folder (default: leave it in the Hub cache)")
    return top


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {value}")
    return value


def minutes(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"must be a positive number of minutes, got {text}")
    return value


def length(sub: argparse.ArgumentParser) -> None:
    group = sub.add_mutually_exclusive_group()
    group.add_argument("--minutes", type=minutes, help="train this long instead of the recipe's number of steps")
    group.add_argument("--steps", type=positive, help="train this many batches instead of the recipe's")
    sub.add_argument("--resume", action="store_true", help="go on from the state saved in --out")


def list_(args) -> None:
    from genlib import hub
    from genlib.recipes import RECIPES

    rows = []
    for name in sorted({*RECIPES, *hub.bundled()}):
        info = hub.bundled().get(name)
        recipe = RECIPES.get(name)
        rows.append({
            "name": name, "model": info.model if info else None, "dataset": info.dataset if info else recipe.dataset,
            "recipe": recipe is not None, "bundled": info is not None, "figures": info.figures if info else {},
        })  # fmt: skip
    if args.json:
        print(json.dumps(rows))
        return
    for row in rows:
        figures = ", ".join(f"{k} {v:.4g}" for k, v in row["figures"].items() if isinstance(v, float))
        print(f"{row['name']:20} {'bundled' if row['bundled'] else 'recipe only':12} {figures}")


def command_line() -> str:
    return f"{PROGRAM} {shlex.join(sys.argv[1:])}"


def train(args) -> None:
    from genlib import data, train
    from genlib.recipes import RECIPES

    if args.name not in RECIPES:
        raise SystemExit(f"there is no recipe {args.name!r}; known are {', '.join(RECIPES)}")
    recipe, out = RECIPES[args.name], args.out or Path("runs") / args.name
    images = data.DATASETS[recipe.dataset](args.data or data.cache_folder(), "train")
    run = train.Run(recipe.build(), **recipe.options())
    budget = train.Budget(minutes=args.minutes) if args.minutes else train.Budget(steps=args.steps or recipe.steps)
    batches = recipe.batches(images)
    about = {"name": args.name, "dataset": recipe.dataset, "labels": images.labels}
    follow(run, batches, budget, out, about, args.resume)


def finetune(args) -> None:
    from genlib import finetuning, hub, train

    source = hub.resolve(args.source)
    task = finetuning.prepare(source, args.data)
    for line in task.report:
        print(line)
    follow(task.run, task.batches, train.Budget(steps=args.steps), args.out, task.about, args.resume)


def follow(run, batches, budget, out: Path, about: dict, resume: bool) -> None:
    """Train with a progress bar, saving every minute and at the end; Ctrl-C and a polite kill save and stop."""
    from tqdm import tqdm

    from genlib import checkpoint, train
    from genlib.curves import Curves

    asked = []  # to stop: heeded between batches, for a batch cut in half could not be resumed to the bit

    def ask(number, _frame) -> None:
        asked.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)

    if resume:
        train.load_state(run, out)
    about["training"] = {"command": command_line(), "seed": run.seed}
    saved, curves = time.monotonic(), Curves.load(out) if resume else Curves()
    with tqdm(total=100, bar_format="{l_bar}{bar}| {elapsed}<{remaining}{postfix}", initial=0) as bar:

        def save() -> None:
            about["training"] |= {"steps": run.step, "minutes": round(run.seconds / 60, 1)}
            train.save_state(run, out)
            checkpoint.save(run.model(), out, **about)
            curves.save(out)

        for progress in train.train(run, batches, budget):
            curves.add(progress.metrics)
            if progress.step % 10 == 0 or progress.spent >= 1:
                bar.n = round(100 * progress.spent, 1)
                bar.set_postfix_str(describe(progress, batches.size), refresh=True)
            if asked:
                save()
                raise SystemExit(f"stopped at batch {run.step}; go on with --resume")
            if time.monotonic() - saved > 60:
                save()
                saved = time.monotonic()
    save()
    print(f"{out}: {run.step} batches, {run.seconds / 60:.1f} minutes")


def describe(progress, batch: int) -> str:
    losses = (f"{k.removeprefix('model/')} {v.item():.4g}" for k, v in progress.metrics.items() if "loss" in k)
    return f"batch {progress.step}, {', '.join(losses)}, {progress.step * batch / max(progress.seconds, 1e-9):.0f} samples/s"


def evaluate(args) -> None:
    from genlib import evaluation

    if args.all == bool(args.source):
        raise SystemExit("evaluate: name one checkpoint, or --all")
    if args.all:
        evaluate_all(args)
        return
    report = evaluation.evaluate(args.source, args.data, n=args.n, seed=args.seed, command=command_line())
    if args.json:
        print(json.dumps(report))
    else:
        for key, value in report["metrics"].items():
            print(f"{key:22} {value}")


def evaluate_all(args) -> None:
    """Every bundled checkpoint anew, then the table; a set that is not in --data is left as it was and said."""
    from genlib import checkpoint, data, evaluation, hub, table

    reports = []
    for name in hub.bundled():
        try:
            command = f"{PROGRAM} evaluate {name} --data {args.data}"
            reports.append(evaluation.evaluate(name, args.data, n=args.n, seed=args.seed, command=command))
        except data.DataError as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        print(f"{name}: {json.dumps(reports[-1]['metrics'])}", file=sys.stderr)
    out = args.out or Path(".")
    out.mkdir(parents=True, exist_ok=True)
    infos = {name: checkpoint.read_info(hub.resolve(name)) for name in hub.bundled()}  # anew: their figures have changed
    checkpoint.write(out / "table.md", (table.markdown(infos) + "\n").encode())
    checkpoint.write(out / "table.json", json.dumps(reports, indent=1).encode())
    print(json.dumps(reports) if args.json else f"{out}: table.md, table.json")


def sample(args) -> None:
    import torch

    from genlib import checkpoint, hub, images, ops

    folder = hub.resolve(args.source)
    info, model = checkpoint.read_info(folder), checkpoint.load(folder)
    rng = torch.Generator().manual_seed(args.seed)
    y = labels(args.label, args.n, info)
    x = ops.draw(model, args.n, y, rng=rng, temperature=args.temperature)
    about = {"model": args.source, "class": args.label, "seed": args.seed, "temperature": args.temperature}
    checkpoint.write(args.out, images.png(x, columns=min(args.n, 10), **about))
    print(f"{args.out}: {args.n} samples, seed {args.seed}")


def labels(label: str | None, n: int, info):
    import torch

    if "classes" not in info.config:
        if label is not None:
            raise SystemExit(f"{info.name or 'this model'} has no classes: leave --class out")
        return None
    if label is None:
        return torch.arange(n) % info.config["classes"]
    names = list(info.labels)
    if label not in names and not (label.isdigit() and int(label) < info.config["classes"]):
        raise SystemExit(f"there is no class {label!r}; known are {', '.join(names)}")
    return torch.full((n,), names.index(label) if label in names else int(label))


def push(args) -> None:
    from genlib import hub

    print(hub.push(hub.resolve(args.source), args.repo_id))


def pull(args) -> None:
    from genlib import hub

    print(hub.pull(args.repo_id, args.out))


def main() -> None:
    from genlib.checkpoint import CheckpointError
    from genlib.data import DataError

    args = parser().parse_args()
    try:
        args.function(args)
    except (CheckpointError, DataError, ValueError, FloatingPointError) as error:
        raise SystemExit(f"{args.command}: {error}") from None
    except OSError as error:
        raise SystemExit(f"{args.command}: {error}") from None


if __name__ == "__main__":
    main()
