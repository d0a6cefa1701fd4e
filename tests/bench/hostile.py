"""What the server makes of callers who mean it ill:  python -m tests.bench.hostile --json

Malformed calls to every public endpoint, checkpoints nobody should load, and events of the page with one bad value among
good ones.  Each must be answered in a sentence, within 10 s, with less than 300 MB of memory; the server must live on.
"""

import argparse
import io
import itertools
import json
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

from tests.bench.serving import peak, resident, started
from tests.hostile_checkpoints import make

SLOW = 10.0  # seconds
INF = float("inf")
LONG = "a" * 10_000
SCALARS = [
    None, True, -1, 1.5, 1e30, 10**400, INF, -INF, float("nan"), "", "x", "3", LONG, "../../etc/passwd", "%00\x00", "{}", "[[" * 5000, [], [0],
    [[1.0]], ["x"], [None] * 17, list(range(5000)), {}, {"path": "/etc/passwd"}, {"pixels": None}, {"__type__": "update", "value": 3},
]  # fmt: skip
FILE = {"_type": "gradio.FileData"}
ADDRESS = "http://127.0.0.1:9/picture.png"


class Caller:
    """Calls the server, and counts what it answers."""

    def __init__(self, url: str):
        self.client = httpx.Client(base_url=url, timeout=60)
        self.counts, self.faults, self.slowest = Counter(), [], 0.0

    def post(self, path: str, body, what: str = "") -> httpx.Response | None:
        """One call; body is JSON, or its text."""
        begin, text = time.monotonic(), body if isinstance(body, (str, bytes)) else json.dumps(body)
        try:
            answer = self.client.post(path, content=text, headers={"content-type": "application/json"})
        except httpx.HTTPError as error:
            self.count("died", f"{what or path}: {error!r}: {text[:300]!r}")
            return None
        self.judge(answer, time.monotonic() - begin, f"{what or path}: {text[:400]!r}")
        return answer

    def judge(self, answer: httpx.Response, seconds: float, about: str) -> None:
        self.slowest = max(self.slowest, seconds)
        if seconds > SLOW:
            self.count("over_10_s", f"{seconds:.1f} s {about}")
        if answer.status_code < 400:
            return self.count("answered")
        if said(answer):
            return self.count("sentences")
        self.count("bare_500", f"{answer.status_code} {answer.text[:100]} {about}")

    def count(self, what: str, fault: str = "") -> None:
        self.counts[what] += 1
        if fault:
            self.faults.append(f"{what} {fault}")

    def upload(self, raw: bytes, name: str = "picture.png") -> dict:
        (path,) = self.client.post("/gradio_api/upload", files={"files": (name, raw)}).raise_for_status().json()
        return {"path": path, "meta": FILE}


def said(answer: httpx.Response) -> str | None:
    """The sentence of a refusal, if it has one that is short."""
    try:
        body = answer.json()
        text = body.get("error") or body.get("detail")
    except (ValueError, AttributeError):
        return None
    return text if isinstance(text, str) and (" " in text or text.endswith("。")) and len(text) < 1000 else None


def png(width: int, height: int, mode: str = "L", value: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), value).save(out, "PNG")
    return out.getvalue()


def good_calls(caller: Caller) -> dict[str, list]:
    """A call of each endpoint that is answered."""
    x = np.zeros((28, 28), np.uint8)
    x[6:22, 12:16] = 255
    hole = np.zeros((28, 28), np.uint8)
    hole[8:18, 8:20] = 255
    files = []
    for array in (x, hole):
        out = io.BytesIO()
        Image.fromarray(array).save(out, "PNG")
        files.append(caller.upload(out.getvalue()))
    image, mask = files
    z = [0.1] * 16
    return {
        "models": [], "decode": ["cvaegan-mnist", z, 3], "encode": ["cvaegan-mnist", image, -1], "generate": ["cvaegan-mnist", 3, 2, 0, 1.0],
        "interpolate": ["cvaegan-mnist", z, z, 3, 4, "linear"], "swap": ["cvaegan-mnist", image, -1, []],
        "inpaint": ["cvaegan-mnist", image, mask, -1, 2, 0], "sample": ["pixelcnn-mnist", 3, 1, 0, 1.0, image, mask],
    }  # fmt: skip


def malformed(good: dict[str, list]) -> Iterator[tuple[str, list]]:
    """Each argument of each endpoint bad in turn, arguments too few and too many, models that do not fit."""
    for name, data in good.items():
        for i, bad in itertools.product(range(len(data)), [*SCALARS, *files_that_are_none()]):
            yield name, [*data[:i], bad, *data[i + 1 :]]
        yield from ((name, data[:k]) for k in range(len(data)))
        yield from ((name, [*data, bad]) for bad in (None, 1, LONG))
        if data:
            yield from ((name, [model, *data[1:]]) for model in MODELS)


def files_that_are_none() -> list:
    paths = ("/etc/passwd", "/tmp", "/dev/zero", "/proc/self/environ", "", LONG, "a\x00b", "../app.py", ADDRESS)
    whole = [{"path": path, "meta": FILE} for path in paths]
    return [*whole, {"path": 3, "meta": FILE}, {"url": ADDRESS, "meta": FILE}, {"path": ADDRESS, "url": ADDRESS, "meta": {}}, [whole[0]]]


MODELS = [
    "classifier-mnist", "vae2d-mnist", "ae2d-mnist", "pixelcnn-mnist", "pixelcnn-mnistbin", "pixelrnn-row-mnistbin", "pixelgan-mnist", "cvaegan-faces",
    "cvaegan-sprites", "cvae-fashion", "checkpoints/vae2d-mnist", "checkpoints/../checkpoints/vae2d-mnist", "./checkpoints", "/", "/etc", "a/b/c",
    "..", "../..", "\x00", "~", "a/.." , "https://huggingface.co/a/b", "a/b@" + LONG, LONG + "/" + LONG, "模型",
]  # fmt: skip


def large_bodies() -> Iterator[tuple[str, bytes]]:
    """Requests that would take hundreds of megabytes."""
    pixels = '{"n": 1, "h": 28, "w": 28, "c": 1, "data": "%s"}'
    for path in ("run/decode", "run/predict", "queue/join", "call/decode", "component_server/"):
        yield path, b'{"session_hash": "s", "data": ["' + b"A" * 150_000_000 + b'"]}'
        for item in (b"[],", b"{},", b"1.5,", b'"a",'):
            yield path, b'{"data": ["vae2d-mnist", [' + item * 1_500_000 + b"0], 0]}"
        for depth in (60, 900, 90_000):
            yield path, b'{"session_hash": "s", "fn_index": 3, "data": ' + b"[" * depth + b"]" * depth + b"}"
        yield path, b'{"session_hash": "s", "data": [' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"]}"
        yield path, b'{"data": ["vae2d-mnist", [' + b"9" * 5000 + b", 0], 0]}"
    picture = pixels % ("A" * 20_000_000)
    yield "run/predict", f'{{"session_hash": "s", "fn_index": 3, "data": [{{"pixels": {picture}}}]}}'.encode()


def bombs(caller: Caller) -> Iterator[tuple[str, bytes]]:
    """Pictures whose pixels are many more than their bytes."""
    yield "100 megapixels", png(10_000, 10_000)
    yield "just below 25 megapixels", png(5_000, 4_999)
    yield "a palette with transparency", png(4_990, 5_000, "P")
    yield "a line", png(60_000, 400)
    yield "16 bits", png(4_000, 4_000, "I;16")
    yield "cut short", png(3000, 3000)[:2000]
    yield "no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 100_000
    yield "nothing", b""


def mutations(value) -> Iterator:
    """A good value of a control with one thing wrong in it."""
    yield from SCALARS
    if not isinstance(value, dict):
        return
    for key in value:
        yield {k: v for k, v in value.items() if k != key}
        yield from (value | {key: bad} for bad in (None, "x", -1, 1e30, [], [[1]], {}, LONG, float("nan")))
        if isinstance(value[key], dict):
            yield from (value | {key: worse} for worse in itertools.islice(mutations(value[key]), len(SCALARS), None))
    if isinstance(value.get("pixels"), dict):
        h, w, c = (value["pixels"].get(k, 1) for k in "hwc")
        yield value | {"pixels": {"n": 500, "h": h, "w": w, "c": c, "data": "A" * (-(-500 * h * w * c // 3) * 4)}}
        yield value | {"pixels": {"n": 1, "h": 7, "w": 7, "c": 1, "data": "A" * 68}}


def page_values(caller: Caller, config: dict, session: str) -> dict[int, object]:
    """What every control of a fresh page holds, by its id."""
    values = {c["id"]: c["props"].get("value") for c in config["components"]}
    for event in config["dependencies"]:
        if event["backend_fn"] and any(kind == "load" for _, kind in event["targets"]):
            body = {"data": [], "fn_index": event["id"], "session_hash": session, "trigger_id": event["targets"][0][0]}
            answer = caller.client.post("/gradio_api/run/predict", json=body).raise_for_status().json()
            for key, value in zip(event["outputs"], answer["data"], strict=True):
                update = isinstance(value, dict) and value.get("__type__") == "update"
                if not update or "value" in value:
                    values[key] = value["value"] if update else value
    return values


HAPPENED = [{"section": 1, "index": 3}, {"index": 3}, {"meaning": [3, None], "section": 1, "index": 3}]
NEVER = [None, 3, "x", [], {}, {"index": "x"}, {"index": 10**9, "section": 1}, {"index": -5, "section": -1}, {"meaning": ["x", None]},
         {"meaning": [[], {}]}, {"meaning": [10**9, 10**9]}, {"section": None, "index": None, "meaning": None}, {"index": float("nan"), "section": 1}]  # fmt: skip


def events(config: dict, values: dict[int, object]) -> Iterator[dict]:
    """Calls of the page's own events, one bad value each."""
    for event in config["dependencies"]:
        if not event["backend_fn"] or event["api_visibility"] == "public" or not event["inputs"]:
            continue
        good = [values.get(key) for key in event["inputs"]]
        body = {"fn_index": event["id"], "trigger_id": event["targets"][0][0]}
        for i, value in enumerate(good):
            for bad in mutations(value):
                yield body | {"data": [*good[:i], bad, *good[i + 1 :]], "event_data": HAPPENED[2]}
        if event["targets"][0][1] == "select":
            yield from (body | {"data": good, "event_data": bad} for bad in NEVER)
        yield body | {"data": good[:-1]}


def server_calls(config: dict, values: dict[int, object]) -> Iterator[dict]:
    """Calls of the widgets' server functions, one bad value each."""
    pixels = {"n": 1, "h": 28, "w": 28, "c": 1, "data": "A" * 1048}
    good = {
        "prepare": {"size": 28, "channels": 1, "picture": "A" * 100}, "as_png": {"pixels": pixels, "columns": 1, "about": {}}, "decoder": {"name": "vae2d-mnist"},
        "on_plane": {"model": "cvaegan-mnist", "z": [[0.0] * 16] * 4, "labels": [1, 2, 1, 2], "at": [0.5, 0.5]},
        "distribution": {"model": "pixelcnn-mnist", "label": 3, "pixels": pixels, "pixel": 300, "temperature": 1.0, "z": None, "depth": 2},
        "entropies": {"model": "pixelcnn-mnist", "label": 3, "pixels": pixels, "temperature": 1.0, "z": None}, "fields": {"size": 28, "pixel": 100, "depth": 2},
    }  # fmt: skip
    seen = set()
    for component in config["components"]:
        for name in component["props"].get("server_fns", []):
            if name in good and name not in seen:
                seen.add(name)
                for bad in mutations(good[name]):
                    yield {"component_id": component["id"], "fn_name": name, "data": bad}


def forget_peak(process) -> None:
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")


def some(calls: Iterator, most: int | None, seed: int = 0) -> list:
    every = list(calls)
    return every if most is None or most >= len(every) else random.Random(seed).sample(every, most)


def attack(caller: Caller, folder: Path, most: int | None, process) -> None:
    """All of it; `most` of the calls and of the events."""
    log = (
        (lambda what: print(f"{what}: {dict(caller.counts)} {resident(process):.0f} MB, most {peak(process):.0f}", flush=True))
        if VERBOSE
        else lambda _: None
    )
    good = good_calls(caller)
    for name, data in some(malformed(good), most):
        caller.post(f"/gradio_api/run/{name}", {"data": data, "session_hash": "caller"})
    log("malformed")
    for name, path in make(folder):
        caller.post("/gradio_api/run/decode", {"data": [str(path), [0.0, 0.0], 0]}, name)
    log("checkpoints")
    config, session = caller.client.get("/config").json(), "visitor"
    values = page_values(caller, config, session)
    for call in some(events(config, values), most):
        caller.post("/gradio_api/run/predict", call | {"session_hash": session})
    log("events")
    for call in some(server_calls(config, values), most and most // 2):
        caller.post("/gradio_api/component_server/", call | {"session_hash": session})
    log("server functions")
    for path, body in large_bodies():
        caller.post(f"/gradio_api/{path}", body)
    log("large")
    for what, raw in bombs(caller):
        data = {"data": ["cvaegan-mnist", caller.upload(raw), -1]}
        together = [threading.Thread(target=caller.post, args=("/gradio_api/run/encode", data, what)) for _ in range(3)]
        for thread in together:
            thread.start()
        for thread in together:
            thread.join()
    log("bombs")


def warm(caller: Caller) -> None:
    """Have every model and tab in memory: what an attack adds to it is then its own."""
    good = good_calls(caller)
    for name, data in good.items():
        caller.client.post(f"/gradio_api/run/{name}", json={"data": data, "session_hash": "warm"})
    for model in caller.client.post("/gradio_api/run/models", json={"data": []}).json()["data"][0]:
        caller.client.post("/gradio_api/run/decode", json={"data": [model["name"], [], 0]})
    page_values(caller, caller.client.get("/config").json(), "warm")


def measure(most: int | None = 600) -> dict:
    """The counts, as the command prints them."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"GENLIB_ALLOW_PATHS": "1", "GRADIO_TEMP_DIR": folder + "/gradio", "HF_HUB_OFFLINE": "1"}
        process, url, _ = started(**environment)
        caller = Caller(url)
        try:
            warm(caller)
            rest = resident(process)
            forget_peak(process)
            attack(caller, Path(folder) / "checkpoints", most, process)
            top = peak(process)
            if process.poll() is not None or caller.client.get("/").status_code != 200:
                caller.count("died", "the server")
        finally:
            process.terminate()
            process.wait()
    if VERBOSE:
        print("\n".join(caller.faults), f"slowest {caller.slowest:.1f} s", sep="\n")
    counts = {key: caller.counts[key] for key in ("sentences", "answered", "bare_500", "over_10_s", "died")}
    calls = counts["sentences"] + counts["answered"] + counts["bare_500"]
    return {"calls": calls, **counts, "rss_rest_mb": round(rest), "rss_most_mb": round(top)}


VERBOSE = False


def main() -> None:
    global VERBOSE
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="only the counts")
    parser.add_argument("--all", action="store_true", help="every call there is")
    options = parser.parse_args()
    VERBOSE = not options.json
    print(json.dumps(measure(None if options.all else 600)))


if __name__ == "__main__":
    main()
