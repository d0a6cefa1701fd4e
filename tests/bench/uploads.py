"""What own pictures are read as: `python -m tests.bench.uploads --data DIR [--pictures DIR] [--n N] --json`.

clean, photographed     share of N test digits that classifier-mnist reads right: as they are, and photographed by tests/photographs.py
photographs, wide       of the photographs in DIR/digits and DIR/digits-wide (N_LABEL.jpg); sure: with p(true) > 0.9; ink: their mean grey
clothes                 of DIR/clothes, read by classifier-fashion
strokes                 of the drawings in DIR/strokes, each at five sizes of the longer side, in pixels of the pad
enlarged                test pictures of each data set enlarged to 280 px, as PNG and as JPEG, beside plain
unlike                  share of each kind of picture of which it is said that it is like nothing known
ms                      milliseconds from upload to what the model sees, of a JPEG of 12 megapixels; processor time
"""

import argparse
import io
import json
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from genlib import data, hub, images, ood, preparation
from tests.photographs import photograph

HERE = Path(__file__).parents[1] / "pictures"
SIDES = (60, 100, 150, 200, 240)


def read(raws: Iterable[bytes], kind: str, size: int = 28, channels: int = 1) -> torch.Tensor:
    """Pictures prepared, (N, C, H, W); what is refused is black."""
    black = torch.zeros(1, channels, size, size)

    def one(raw: bytes) -> torch.Tensor:
        try:
            return preparation.prepare(raw, kind, size, channels).x
        except images.PictureError:
            return black

    return torch.cat([one(raw) for raw in raws])


@torch.inference_mode()
def probabilities(classifier, x: torch.Tensor) -> torch.Tensor:
    return torch.cat([classifier.logits(some).softmax(dim=1) for some in x.split(250)])


def right(p: torch.Tensor, y: torch.Tensor) -> float:
    return round(float((p.argmax(dim=1) == y).float().mean()), 4)


def labelled(folder: Path) -> tuple[list[bytes], torch.Tensor]:
    """The pictures of a folder and the classes their names end in."""
    files = sorted(folder.glob("*.jpg"))
    return [f.read_bytes() for f in files], torch.tensor([int(f.stem.split("_")[-1]) for f in files])


def encode(x: torch.Tensor, kind: str, side: int = 280) -> bytes:
    """A picture (C, H, W) enlarged, as PNG or JPEG."""
    cell = Image.fromarray(images.sheet(x[None])).resize((side, side), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    cell.save(out, kind)
    return out.getvalue()


def photographed(test, n: int) -> Iterable[bytes]:
    """The first n test digits, every fifth with a neighbour."""
    digits = test.x[:, 0].numpy()
    for i in range(n):
        yield photograph(digits[i], np.random.default_rng(i), digits[(i + 1) % len(digits)] if i % 5 == 0 else None)


def drawn(folder: Path, side: int) -> tuple[torch.Tensor, torch.Tensor]:
    """People's drawings as strokes whose longer side is `side` pixels of the pad."""
    found = [one for path in sorted(folder.glob("*.json")) for one in json.loads(path.read_text())]

    def sized(strokes):
        points = np.concatenate([np.array(s) for s in strokes])
        scale = side / np.ptp(points, axis=0).max()
        return [(np.array(s) * scale + 10).round(1).tolist() for s in strokes]

    x = torch.cat([preparation.draw(sized(one["strokes"]), "digits", 28).x for one in found])
    return x, torch.tensor([one["label"] for one in found])


def empty_tables(n: int) -> Iterable[bytes]:
    """Photographs of nothing: a lit surface with its grain."""
    for i in range(n):
        rng = np.random.default_rng(i)
        ramp = np.linspace(1, rng.uniform(0.6, 1), 300)[None, :, None]
        scene = rng.uniform(60, 230, 3) * ramp + rng.normal(0, rng.uniform(2, 9), (240, 300, 3))
        out = io.BytesIO()
        Image.fromarray(scene.clip(0, 255).astype(np.uint8)).save(out, "JPEG", quality=85)
        yield out.getvalue()


def measure(root: Path, pictures: Path, n: int) -> dict:
    """Everything above as one dict."""
    digits, clothes = hub.load("classifier-mnist"), hub.load("classifier-fashion")
    test, articles = (data.load(name, "test", root).batch(slice(0, n)) for name in ("mnist", "fashion"))
    known = ood.load_reference(hub.BUNDLED / "classifier-fashion")
    found = {"clean": right(probabilities(digits, test.x), test.y)}
    found["photographed"] = right(probabilities(digits, read(photographed(test, n), "digits")), test.y)
    for name, folder in (("photographs", "digits"), ("wide", "digits-wide")):
        raws, y = labelled(pictures / folder)
        x = read(raws, "digits")
        p = probabilities(digits, x)
        sure = round(float((p[range(len(y)), y] > 0.9).float().mean()), 4)
        found[name] = {"n": len(y), "right": right(p, y), "sure": sure, "ink": round(float(x.mean()), 4)}
    raws, y = labelled(pictures / "clothes")
    x = read(raws, "clothes")
    p = probabilities(clothes, x)
    found["clothes"] = {"n": len(y), "right": right(p, y)}
    wrong = p.argmax(dim=1) != y
    found["strokes"] = {
        str(side): right(probabilities(digits, drawn_x), drawn_y) for side in SIDES for drawn_x, drawn_y in [drawn(pictures / "strokes", side)]
    }
    found["enlarged"] = {name: enlarged(name, root, min(n, 500)) for name in ("mnist", "fashion", "faces", "sprites")}
    few = min(n, 300)
    tables = [preparation.prepare(raw, "clothes", 28, 1) for raw in empty_tables(min(few, 60))]
    others = {
        "noise": read((images.png(torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(i))) for i in range(few)), "clothes"),
        "digits": test.x[:few], "misread": x[wrong], "test": articles.x,
    }  # fmt: skip
    with torch.inference_mode():
        found["unlike"] = {key: round(float(known.is_unlike(clothes.features(some)).float().mean()), 4) for key, some in others.items()}
        found["unlike"]["empty"] = round(sum(bool(made.warnings) for made in tables) / len(tables), 4)  # told before anything is read
        mine = ood.load_reference(hub.BUNDLED / "classifier-mnist")
        found["unlike"]["test_digits"] = round(float(mine.is_unlike(digits.features(test.x)).float().mean()), 4)
    found["ms"] = {kind: milliseconds(raws[0], kind) for kind in ("digits", "clothes")}
    return found


def enlarged(name: str, root: Path, n: int) -> dict:
    """A data set's own test pictures, read plain and after having been enlarged, saved and uploaded."""
    classifier = hub.load(f"classifier-{name}")
    held = data.load(name, "test", root)
    some = held.batch(torch.arange(0, len(held), max(1, len(held) // n))[:n])
    size, channels, kind = some.x.shape[-1], some.x.shape[1], preparation.DATASET_KINDS[name]
    kind = "colour" if kind == "faces" else kind  # cut as in training already: there is no face to be found within
    found = {"plain": right(probabilities(classifier, some.x), some.y)}
    for form in ("PNG", "JPEG"):
        x = read((encode(one, form) for one in some.x), kind, size, channels)
        found[form.lower()] = right(probabilities(classifier, x), some.y)
    return found


def milliseconds(raw: bytes, kind: str) -> float:
    out = io.BytesIO()
    Image.open(io.BytesIO(raw)).convert("RGB").resize((4000, 3000)).save(out, "JPEG", quality=90)
    begun = time.process_time()
    preparation.prepare(out.getvalue(), kind, 28, 1)
    return round(1000 * (time.process_time() - begun), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=data.cache_folder())
    parser.add_argument("--pictures", type=Path, default=HERE)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    found = measure(args.data, args.pictures, args.n)
    print(json.dumps(found) if args.json else json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
