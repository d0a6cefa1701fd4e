"""Swaps and repairs of faces through the HTTP API, milliseconds:  python -m tests.bench.faces --json"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import httpx
import torch

from demo import samples
from genlib import images
from tests.bench.serving import started

MODEL = "cvaegan-faces"


def upload(client: httpx.Client, url: str, path: Path) -> dict:
    """A file as the API takes it."""
    sent = client.post(f"{url}/gradio_api/upload", files={"files": path.read_bytes()}).raise_for_status()
    return {"path": sent.json()[0], "meta": {"_type": "gradio.FileData"}, "orig_name": path.name}


def timed(client: httpx.Client, url: str, name: str, data: list, n: int = 12) -> list[float]:
    """Milliseconds of each call from request to answer, the first two, which load the model, left out."""
    times = []
    for _ in range(n):
        begin = time.perf_counter()
        body = {"session_hash": "bench", "data": data}
        client.post(f"{url}/gradio_api/run/{name}", json=body).raise_for_status()
        times.append(1000 * (time.perf_counter() - begin))
    return times[2:]


def measure(url: str) -> dict:
    """Medians of ten calls: one photograph to all 38 people, and ten passes of repair of a 32×32 hole."""
    shown = samples.load("faces")
    hole = torch.zeros(1, 1, 64, 64)
    hole[..., 16:48, 16:48] = 1
    with tempfile.TemporaryDirectory() as folder, httpx.Client(timeout=60) as client:
        paths = [Path(folder) / name for name in ("face.png", "hole.png")]
        for path, x in zip(paths, (shown.x[:1], hole), strict=True):
            path.write_bytes(images.png(x))
        face, mask = (upload(client, url, path) for path in paths)
        swaps = timed(client, url, "swap", [MODEL, face, -1, []])
        repairs = timed(client, url, "inpaint", [MODEL, face, mask, -1, 10, 0])
    return {"swap_ms": statistics.median(swaps), "inpaint_ms": statistics.median(repairs), "people": 38, "passes": 10, "size": 64}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines for people")
    as_json = parser.parse_args().json
    process, url, _ = started()
    try:
        found = measure(url)
    finally:
        process.terminate()
    if as_json:
        print(json.dumps(found))
        return
    print(f"a face to all {found['people']} people: {found['swap_ms']:.0f} ms")
    print(f"{found['passes']} passes of repair: {found['inpaint_ms']:.0f} ms")


if __name__ == "__main__":
    main()
