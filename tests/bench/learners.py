"""A class of a hundred learners: each asks for a picture every few seconds, for two minutes.  Run by `python -m tests.bench`."""

import asyncio
import random
import statistics
import time

import httpx

from genlib import images

PAUSE = 4.0  # seconds between one learner's answer and next question, on average
ARRIVAL = 20.0  # seconds in which the class opens the page


def calls(rng: random.Random, picture: dict, hole: dict) -> tuple[str, list]:
    """One of the things people do, in the proportions in which they do them: mostly sliders."""
    z, label, seed = [rng.gauss(0, 1) for _ in range(16)], rng.randrange(10), rng.randrange(10**6)
    return rng.choices(
        [
            ("decode", ["cvaegan-mnist", z, label]),
            ("generate", ["cvaegan-fashion", label, 8, seed, 1.0]),
            ("encode", ["vae2d-mnist", picture, 0]),
            ("swap", ["cvaegan-mnist", picture, -1, []]),
            ("inpaint", ["cvaegan-mnist", picture, hole, -1, 10, seed]),
        ],
        weights=(5, 2, 1, 2, 2),
    )[0]


async def upload(client: httpx.AsyncClient, raw: bytes) -> dict:
    path = (await client.post("/gradio_api/upload", files={"files": ("picture.png", raw)})).raise_for_status().json()[0]
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


async def learner(client: httpx.AsyncClient, k: int, until: float, files: tuple[dict, dict], times: list, errors: list) -> None:
    rng = random.Random(k)
    await asyncio.sleep(rng.random() * ARRIVAL)
    while time.monotonic() < until:
        name, data = calls(rng, *files)
        start = time.monotonic()
        try:
            answer = await client.post(f"/gradio_api/run/{name}", json={"data": data, "session_hash": f"learner{k}"})
            answer.raise_for_status()
        except httpx.HTTPError as error:
            errors.append(repr(error))
        times.append(time.monotonic() - start)
        await asyncio.sleep(rng.expovariate(1 / PAUSE))


async def lesson(url: str, learners: int, seconds: float, picture: bytes, hole: bytes) -> tuple[list[float], list[str]]:
    times, errors = [], []
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=httpx.Limits(max_connections=learners)) as client:
        files = await upload(client, picture), await upload(client, hole)
        until = time.monotonic() + seconds
        await asyncio.gather(*(learner(client, k, until, files, times, errors) for k in range(learners)))
    return times, errors


def measure(url: str, registry, learners: int = 100, seconds: float = 120) -> tuple[int, float, float, list[str]]:
    """Calls made, median and 95th percentile of their milliseconds, and errors."""
    x = registry.samples("mnist").x
    hole = x[:1].clone().zero_()
    hole[..., 8:20, 8:20] = 1
    times, errors = asyncio.run(lesson(url, learners, seconds, images.png(x[3:4]), images.png(hole)))
    return len(times), 1000 * statistics.median(times), 1000 * statistics.quantiles(times, n=20)[-1], errors
