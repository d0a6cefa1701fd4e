"""What fine-tuning makes of own pictures in minutes, beside training from nothing for as long.

    python -m tests.bench.finetune --data DIR --letters DIR --json

Each row: what `finetune` itself measures (genlib/evaluation/own.py): the own pictures' reader, the held-out error, copies, what was kept; of clothes
what classifier-fashion reads in the draws as well (judged_acc).
"""

import argparse
import json
import tempfile
from pathlib import Path

import torch

from genlib import data, finetuning, hub, images, ops, train
from tests.bench import leaves

ROWS = {  # base -> minutes
    "letters": {"cvaegan-mnist": 5.0, "vae2d-mnist": 10.0, "pixelcnn-mnist": 10.0, "gan-mnist": 10.0, "cgan-mnist": 10.0, "wgangp-mnist": 10.0},
    "fashion": {"cvaegan-mnist": 5.0, "cvaegan-fashion": 5.0},
    "leaves": {"cvaegan-sprites": 10.0},
}
EACH, CLASSES, DRAWN = 100, 5, 200  # pictures of a class of Fashion-MNIST, classes, draws of a class that are judged


def write_fashion(root: Path, folder: Path) -> None:
    """EACH pictures of the first CLASSES, a folder a class."""
    known = data.load("fashion", "train", root)
    for k in range(CLASSES):
        (folder / known.labels[k].replace("/", "-")).mkdir(parents=True)
        for n, x in enumerate(known.x[known.y == k][:EACH]):
            (folder / known.labels[k].replace("/", "-") / f"{n:03}.png").write_bytes(images.png(x[None] / 255))


def judge_draws(model, labels: list[str]) -> float:
    """The share of draws of the Fashion classes that classifier-fashion, which knows nothing of this, reads as asked."""
    names, judge = [name.replace("/", "-") for name in hub.bundled_checkpoints()["classifier-fashion"].labels], hub.load("classifier-fashion")
    own = [(labels.index(name), names.index(name)) for name in names[:CLASSES]]
    rng = torch.Generator().manual_seed(0)
    read = [judge.logits(ops.draw(model, DRAWN, torch.full((DRAWN,), k), rng=rng)).argmax(dim=1) == known for k, known in own]
    return round(float(torch.cat(read).float().mean()), 4)


def learn(task: finetuning.Task, minutes: float, is_fashion: bool = False) -> dict:
    """The figures of a task after so many minutes, or when its curve turns."""
    best = task.watch()
    for progress in train.train(task.run, task.batches, train.Budget(minutes=minutes)):
        if best.is_due(progress):
            best.add(task.run, progress)
        if best.has_turned:
            break
    best.end(task.run)
    model, spent = task.run.model().eval(), {"batches": task.run.step, "minutes": round(task.run.seconds / 60, 2)}
    with torch.inference_mode():
        more = {"judged_acc": judge_draws(model, task.about["labels"])} if is_fashion else {}
    return task.measure(model) | more | spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--letters", type=Path, required=True, help="a folder with a sub-folder of pictures a class")
    parser.add_argument("--only", nargs="*", help="bases to measure (default: all)")
    parser.add_argument("--share", type=float, default=1.0, help="of the minutes")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folders = {"letters": args.letters, "fashion": Path(place) / "fashion", "leaves": Path(place) / "leaves"}
        write_fashion(args.data, folders["fashion"])
        leaves.write(folders["leaves"])
        rows = []
        for pictures, folder in folders.items():
            for base, minutes in ROWS[pictures].items():
                if args.only and base not in args.only:
                    continue
                torch.manual_seed(0)
                is_fashion = pictures == "fashion"
                tuned = learn(finetuning.prepare(hub.resolve(base), folder), minutes * args.share, is_fashion)
                nothing = learn(finetuning.begin(base, folder), minutes * args.share, is_fashion)
                rows.append({"base": base, "pictures": pictures, "finetuned": tuned, "from_nothing": nothing})
                if not args.json:
                    print(rows[-1])
    if args.json:
        print(json.dumps(rows))


if __name__ == "__main__":
    main()
