"""What fine-tuning makes of own pictures in minutes, beside training from nothing for as long.

    python -m tests.bench.finetune --data DIR --letters DIR --json

Each row: what `finetune` itself measures (genlib/evaluation/own.py): the own pictures' reader, the held-out error, copies, what was kept.
"""

import argparse
import json
import tempfile
from pathlib import Path

import torch

from genlib import data, finetuning, hub, images, train
from genlib.evaluation.own import held_out_error
from genlib.stopping import Best
from tests.bench import leaves

ROWS = {  # base -> minutes
    "letters": {"cvaegan-mnist": 5.0, "vae2d-mnist": 10.0, "pixelcnn-mnist": 10.0, "gan-mnist": 10.0, "cgan-mnist": 10.0, "wgangp-mnist": 10.0},
    "fashion": {"cvaegan-mnist": 5.0, "cvaegan-fashion": 5.0},
    "leaves": {"cvaegan-sprites": 10.0},
}
EACH, CLASSES = 100, 5  # pictures of a class of Fashion-MNIST, classes


def write_fashion(root: Path, folder: Path) -> None:
    """EACH pictures of the first CLASSES, a folder a class."""
    known = data.load("fashion", "train", root)
    for k in range(CLASSES):
        (folder / known.labels[k].replace("/", "-")).mkdir(parents=True)
        for n, x in enumerate(known.x[known.y == k][:EACH]):
            (folder / known.labels[k].replace("/", "-") / f"{n:03}.png").write_bytes(images.png(x[None] / 255))


def learn(task: finetuning.Task, minutes: float) -> dict:
    """The figures of a task after so many minutes, or when its curve turns."""
    held_out = task.held_out.batch(slice(None))
    best = Best(lambda model: held_out_error(model, held_out))
    for progress in train.train(task.run, task.batches, train.Budget(minutes=minutes)):
        if best.is_due(progress):
            best.add(task.run, progress)
        if best.has_turned:
            break
    best.restore(task.run)
    return task.measure(task.run.model()) | {"batches": task.run.step, "minutes": round(task.run.seconds / 60, 2)}


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
                tuned = learn(finetuning.prepare(hub.resolve(base), folder), minutes * args.share)
                nothing = learn(finetuning.begin(base, folder), minutes * args.share)
                rows.append({"base": base, "pictures": pictures, "finetuned": tuned, "from_nothing": nothing})
                if not args.json:
                    print(rows[-1])
    if args.json:
        print(json.dumps(rows))


if __name__ == "__main__":
    main()
