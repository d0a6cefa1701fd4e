"""The command line: python -m genlib --help.  The only module that prints."""

import argparse
import json
import os
import shlex
import signal
import sys
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from genlib import log, options
from genlib.arguments import FINETUNE_STEPS, PROGRAM, parser
from genlib.errors import CheckpointError, InputError, Problem

MIN_PIXEL_TEMPERATURE = 0.05  # a pixel model's logits are divided by it


def list_(args) -> None:
    from genlib import hub
    from genlib.recipes import RECIPES

    rows = []
    for name in sorted({*RECIPES, *hub.bundled_checkpoints()}):
        info = hub.bundled_checkpoints().get(name)
        recipe = RECIPES.get(name)
        rows.append({
            "name": name, "model": info.model if info else None, "dataset": (info or RECIPES[name]).dataset,
            "recipe": recipe is not None, "bundled": info is not None, "figures": info.figures if info else {},
        })  # fmt: skip
    if not hub.bundled_checkpoints() and not os.environ.get("GENLIB_HUB_REPO"):
        print(hub.no_checkpoints(), file=sys.stderr)
    if args.json:
        print(json.dumps(rows))
        return
    for row in rows:
        figures = ", ".join(f"{k} {v:.4g}" for k, v in row["figures"].items() if isinstance(v, float))
        print(f"{row['name']:20} {'bundled' if row['bundled'] else 'recipe only':12} {figures}")


def command_line(args) -> str:
    """What was typed, the options of a file as if they had been."""
    return f"{PROGRAM} {shlex.join(args.typed)}"


def train(args) -> None:
    from genlib import data, names, output, train
    from genlib.device import choose_device
    from genlib.job import Job
    from genlib.processes import Part, join_team
    from genlib.recipes import RECIPES

    if args.name not in RECIPES:
        raise SystemExit(f"train: there is no recipe {args.name!r}; {names.suggest(args.name, RECIPES)}")
    team = join_team()
    if team.size > 1 and (args.minutes or args.pictures):
        raise SystemExit("train: many processes count batches, of a data set: give --steps, and neither --minutes nor --pictures")
    device = team.device if team.device and args.device == "auto" else choose_device(args.device)
    recipe, out = RECIPES[args.name], args.out or Path("runs") / args.name
    recipe = recipe if args.seed is None else replace(recipe, seed=args.seed)
    budget = train.Budget(minutes=args.minutes) if args.minutes else train.Budget(steps=args.steps or recipe.steps)
    with output.open_output(out, resume=args.resume, overwrite=args.overwrite) if team.leads else nullcontext():
        if args.pictures:
            from genlib import finetuning

            choices = finetuning.Choices(lr=args.lr, batch=recipe.batch, seed=recipe.seed)
            return learn(own_job(finetuning.begin(args.name, args.pictures, choices, device), budget, out), out, args)
        images = data.load(recipe.dataset, args.split, args.data)
        run = train.Run(recipe.build(), **recipe.options() | ({"lr": args.lr} if args.lr else {}), device=device, team=team)
        batches = replace(recipe, batch=recipe.batch * team.size).batches(images)
        known = {"labels_per_class": recipe.labels_per_class} if recipe.labels_per_class else {}
        about = {"name": args.name, "dataset": recipe.dataset, "labels": images.labels, "training": known}
        film = begin_film(recipe.dataset, args.data) if recipe.film and team.leads else None
        learn(Job(run, Part(batches, team) if team.size > 1 else batches, budget, about, images.digest(), film), out, args)


def finetune(args) -> None:
    from genlib import finetuning, hub, output, train
    from genlib.device import choose_device

    device, source = choose_device(args.device), hub.resolve(args.source)
    budget = train.Budget(minutes=args.minutes) if args.minutes else train.Budget(steps=args.steps or FINETUNE_STEPS)
    with output.open_output(args.out, resume=args.resume, overwrite=args.overwrite):
        choices = finetuning.Choices(lr=args.lr, keep_old=args.keep_old, freeze=tuple(args.freeze))
        learn(own_job(finetuning.prepare(source, args.data, choices, device), budget, args.out), args.out, args)


def own_job(task, budget, out: Path):
    """The job of learning own pictures: what the model will see is drawn first, and what came of it is measured at the end."""
    from genlib import output
    from genlib.film import Film
    from genlib.job import Job

    for line in task.report:
        print(line)
    output.save_seen(task.batches.images, out)
    film = Film() if task.draws else None
    return Job(task.run, task.batches, budget, task.about, task.batches.images.digest(), film, task.watch(), task.measure)


def begin_film(dataset: str, root: Path | None):
    """A film whose moments are judged, where there is what judges."""
    from genlib.evaluation.report import film_judge
    from genlib.film import Film

    try:
        return Film(judge=film_judge(dataset, root))
    except (CheckpointError, ImportError) as error:
        print(f"the film's moments are not judged: {error}", file=sys.stderr)
        return Film()


def learn(job, out: Path, args) -> None:
    """Train, saying what to do where the loss runs away."""
    from genlib import job as jobs
    from genlib import train

    kind = args.log if job.run.team.leads else None
    jobs.prepare(job, out, command_line(args), resume=args.resume, overwrite=args.overwrite)
    try:
        with log.open_log(kind, out, vars(job.budget) | job.about["training"]) as enter:
            jobs.follow(job, out, enter)
    except FloatingPointError as error:
        again = "--resume goes on from the last state saved" if (out / train.STATE).exists() else "nothing was saved yet"
        run = job.run
        raise SystemExit(
            f"{args.command}: {error} at batch {run.step}; try a smaller learning rate, --lr {run.lr / 3:.1g} instead of {run.lr:g} ({again})"
        ) from None


def evaluate(args) -> None:
    from genlib import hub, reading
    from genlib.device import choose_device
    from genlib.evaluation import writing

    if args.all == bool(args.source):
        raise SystemExit("evaluate: name one checkpoint, or --all")
    if args.all:
        evaluate_all(args)
        return
    report = writing.evaluate(
        args.source, args.data, n=args.n, seed=args.seed, split=args.split, command=command_line(args), device=choose_device(args.device)
    )
    if reading.hub_repository(hub.resolve(args.source)):
        print(f"{args.source} is in the Hub's cache, which stays as it is: pull it with --out to keep the card", file=sys.stderr)
    if args.json:
        print(json.dumps(report))
    else:
        for key, value in report["metrics"].items():
            print(f"{key:22} {value}")


def evaluate_all(args) -> None:
    """Every bundled checkpoint anew, then the table; a set that is not in --data is left as it was and said."""
    from genlib import checkpoint, data, hub, output, table
    from genlib.device import choose_device
    from genlib.evaluation import writing

    reports, out = [], args.out or Path(".")
    with output.explain(out):
        out.mkdir(parents=True, exist_ok=True)
    for name in hub.bundled_checkpoints():
        try:
            command = f"{PROGRAM} evaluate {name} --data {args.data}"
            reports.append(writing.evaluate(name, args.data, n=args.n, seed=args.seed, command=command, device=choose_device(args.device)))
        except data.DataError as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        print(f"{name}: {json.dumps(reports[-1]['metrics'])}", file=sys.stderr)
    infos = {name: checkpoint.read_info(hub.resolve(name)) for name in hub.bundled_checkpoints()}  # anew: their figures have changed
    checkpoint.write(out / "table.md", (table.markdown(infos) + "\n").encode())
    checkpoint.write(out / "table.json", json.dumps(reports, indent=1).encode())
    print(json.dumps(reports) if args.json else f"{out}: table.md, table.json")


def sample(args) -> None:
    import torch

    from genlib import checkpoint, hub, images, ops, output

    folder = hub.resolve(args.source)
    info, model = checkpoint.read(folder)
    check_draws(args, info, model)
    rng, y = torch.Generator().manual_seed(args.seed), labels(args.label, args.n, info, ops.num_classes(model))
    about = {"model": args.source, "class": args.label, "seed": args.seed, "temperature": args.temperature}
    try:
        w = ops.guidance_of(model, args.guidance)
    except InputError as error:
        raise SystemExit(f"sample: {args.source}: {error}") from error
    about |= {"guidance": w} if w else {}
    with output.explain(args.out):
        output.try_to_write(args.out)
        x = ops.draw(model, args.n, y, rng=rng, temperature=args.temperature, guidance=w)
        checkpoint.write(args.out, images.png(x, columns=min(args.n, 10), **about))
    print(f"{args.out}: {args.n} samples, seed {args.seed}")


def check_draws(args, info, model) -> None:
    """Raises SystemExit for a model that draws nothing, or none that is so cold."""
    from genlib.families import FAMILIES

    if not FAMILIES[info.model].draws:
        raise SystemExit(f"sample: {args.source} is a {info.model}, which draws nothing: choose a model that does, see `list`")
    if FAMILIES[info.model].is_pixel_model and args.temperature < MIN_PIXEL_TEMPERATURE:
        raise SystemExit(f"sample: the temperature of a {info.model} must be {MIN_PIXEL_TEMPERATURE} or more")


def labels(label: str | None, n: int, info, classes: int):
    """The classes asked for, (n,), or None of a model that has none.  Raises SystemExit."""
    import torch

    from genlib import names

    if not classes:
        if label is not None:
            raise SystemExit(f"sample: {info.name or 'this model'} has no classes: leave --class out")
        return None
    if label is None:
        return torch.arange(n) % classes
    spelled = [known.casefold() for known in info.labels]
    if label.casefold() in spelled:
        return torch.full((n,), spelled.index(label.casefold()))
    if label.isascii() and label.isdigit() and len(label) < 10 and int(label) < classes:
        return torch.full((n,), int(label))
    raise SystemExit(f"sample: there is no class {label[:40]!r}; {names.suggest(label, info.labels)}")


def plot(args) -> None:
    from genlib import checkpoint, drawing, hub, output

    drawing.plots()  # or the sentence that says what is missing
    folder = hub.resolve(args.source)
    with output.explain(args.out):
        output.try_to_write(args.out)
    picture = drawing.draw(folder, args.what, args.out.suffix.lower(), args.seed)
    with output.explain(args.out):
        checkpoint.write(args.out, picture)
    print(f"{args.out}: {args.what} of {args.source}")


def push(args) -> None:
    from genlib import hub

    print(hub.push(hub.resolve(args.source), args.repo_id))


def pull(args) -> None:
    """Says which commit it was and which it is, and last the folder."""
    from genlib import hub

    with transfer_bars() as progress:
        folder, before, commit = hub.pull(args.repo_id, args.out, progress)
    news = {None: f"{commit}, new here", commit: f"{commit}, nothing new"}
    print(f"{args.repo_id}: {news.get(before, f'{before} → {commit}')}")
    print(folder)


@contextmanager
def transfer_bars():
    """A bar for each file that comes: yields progress(file, bytes that are here, bytes in all)."""
    from tqdm import tqdm

    with ExitStack() as stack:
        bars = {}

        def progress(name: str, here: int, whole: int) -> None:
            if name not in bars:
                bars[name] = stack.enter_context(tqdm(total=whole, unit="B", unit_scale=True, desc=name))
            bars[name].update(here - bars[name].n)

        yield progress


def quit_at_once(_number, _frame) -> None:
    print("stopped", file=sys.stderr)
    os._exit(128 + signal.SIGINT)


def import_torch() -> None:
    """The long import that every command needs; in it libraries may swallow a KeyboardInterrupt, so that until it is done one ends the process."""
    before = signal.signal(signal.SIGINT, quit_at_once)
    import torch  # noqa: F401

    signal.signal(signal.SIGINT, before)


def main() -> None:
    try:
        typed = options.expand(sys.argv[1:])
    except options.OptionsError as error:
        raise SystemExit(f"{options.FLAG}: {error}") from None
    args = parser().parse_args(typed, argparse.Namespace(typed=typed))
    try:
        import_torch()
        if kind := getattr(args, "log", None):
            log.check_kind(kind)
        functions = {
            "list": list_, "train": train, "finetune": finetune, "evaluate": evaluate, "sample": sample, "plot": plot, "push": push, "pull": pull,
        }  # fmt: skip
        functions[args.command](args)
    except ModuleNotFoundError as error:
        if (error.name or "genlib").partition(".")[0] == "genlib":
            raise
        raise SystemExit(f"{args.command}: the package {error.name} is not installed: pip install 'latent-atelier[train,eval]'") from None
    except (Problem, ValueError, FloatingPointError, OSError) as error:
        raise SystemExit(f"{args.command}: {error}") from None
    except KeyboardInterrupt:
        print(f"{args.command}: stopped", file=sys.stderr)
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
