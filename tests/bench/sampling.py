"""The incremental PixelCNN sampler against the textbook's, one full forward pass a pixel:  python -m tests.bench.sampling --json"""

import argparse
import json
import time

import torch

from genlib import load, ops
from genlib.ops.pixels import complete_naively


def timed(act) -> tuple[float, torch.Tensor]:
    begin = time.perf_counter()
    picture = act()
    return time.perf_counter() - begin, picture


def measure(model, batch: int, rows: int) -> dict:
    """Seconds of both for `batch` pictures: the median of five for ours.  The textbook's draws `rows` rows and is scaled to all of them.

    "same" says whether those rows are the same pixels.
    """
    size, y = model.config.size, torch.arange(batch) % model.config.classes
    tries = [timed(lambda: ops.draw(model, batch, y, rng=torch.Generator().manual_seed(1))) for _ in range(5)]
    fast_s, picture = sorted(s for s, _ in tries)[2], tries[0][1]  # the median: half a second is soon disturbed
    hole = torch.zeros(size, size, dtype=torch.bool)
    hole[:rows] = True
    naive = {"image": torch.zeros(1, 1, size, size), "mask": hole, "rng": torch.Generator().manual_seed(1)}
    naive_s, slow = timed(lambda: complete_naively(model, batch, y, **naive))
    same = torch.equal(slow[:, :, :rows], picture[:, :, :rows])
    return {
        "naive_s": naive_s * size / rows,
        "fast_s": fast_s,
        "ratio": naive_s * size / rows / fast_s,
        "rows": rows,
        "same": same,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines for people")
    as_json = parser.parse_args().json
    torch.set_num_threads(1)
    model = load("pixelcnn-mnist")
    found = {str(batch): measure(model, batch, rows) for batch, rows in ((1, 28), (16, 4), (64, 1))}
    if as_json:
        print(json.dumps({"batch": found}))
        return
    for batch, row in found.items():
        print(f"{batch:>3}: {row['fast_s']:.2f} s, {row['ratio']:.0f} times the textbook's, timed on {row['rows']} of 28 rows")


if __name__ == "__main__":
    main()
