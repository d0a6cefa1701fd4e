"""Measure the budgets on this machine, alone:  python -m tests.bench"""

import shutil
import statistics
import time

import httpx
import torch

from demo.registry import ModelRegistry
from genlib import load
from tests.bench import faces, learners, sampling
from tests.bench.dragging import DRAG
from tests.bench.serving import at_rest, peak, started

STREAM = """async (stopAt) => {
    const canvas = () => document.querySelector('.pixel_stream .pictures canvas'), seen = () => canvas().toDataURL();
    const where = () => +document.querySelector('.pixel_stream').dataset.at;
    const wait = (until) => new Promise((done) => { const look = () => until() ? done() : requestAnimationFrame(look); look(); });
    const start = performance.now(), before = where();
    document.querySelector('.pixel_stream .acts .primary').click();
    await wait(() => where() < 784);
    await wait(() => where() >= stopAt);
    if (stopAt === 784) return performance.now() - start;
    const stopped = performance.now();
    document.querySelector('.pixel_stream .acts button:nth-of-type(2)').click();
    let last = stopped, shown = seen();
    while (performance.now() - stopped < 700) {
        await new Promise(requestAnimationFrame);
        if (seen() !== shown) { shown = seen(); last = performance.now(); }
    }
    return last - stopped;
}"""


def streamed(page, url: str, stop_at: int = 784, n: int = 1) -> float:
    """Milliseconds from Sample to the last pixel of n pictures; or, given a pixel to stop at, from Stop to the last change."""
    page.goto(f"{url}/?tab=pixel&n={n}")
    page.wait_for_selector(".pixel_stream[data-at='784']")
    page.wait_for_timeout(1500)
    return page.evaluate(STREAM, stop_at)


def round_trips(url: str, n: int = 60) -> list[float]:
    """Milliseconds of each /decode by the CVAE-GAN, from request to answer, in one session as a page's slider has."""
    times, body = [], {"session_hash": "bench"}
    with httpx.Client() as client:
        for k in range(n):
            begin = time.perf_counter()
            client.post(f"{url}/gradio_api/run/decode", json=body | {"data": ["cvaegan-mnist", [k / n] * 16, k % 10]}).raise_for_status()
            times.append(1000 * (time.perf_counter() - begin))
    return times[10:]


def in_the_browser(url: str) -> tuple[float, float, float, float]:
    """Use every tab; then the latent map's milliseconds a pointer move and frames a second while dragging, and the
    milliseconds in which a sample streams to its end and a Stop is heeded: medians of five."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for tab in ("classes", "swap", "inpaint", "pixel", "interpolate", "compare", "arena", "train", "latent"):
            page.goto(f"{url}/?tab={tab}")
            page.wait_for_timeout(2500)
        page.wait_for_selector("[data-ready=yes]")
        measured = page.evaluate(DRAG)
        measured += [
            statistics.median(streamed(page, url) for _ in range(5)),
            statistics.median(streamed(page, url, 200, 9) for _ in range(5)),
        ]
        browser.close()
    return tuple(measured)


def main() -> None:
    torch.set_num_threads(1)
    process, url, start = started()
    try:
        median = statistics.median(round_trips(url))
        move, frames, stream, stop = in_the_browser(url)
        memory, most = at_rest(process), peak(process)
        swap_ms, repair_ms = (faces.measure(url)[key] for key in ("swap_ms", "inpaint_ms"))
        count, median_call, slow_call, errors = learners.measure(url, ModelRegistry())
    finally:
        process.terminate()
    drawn = sampling.measure(load("pixelcnn-mnist"), 16, 28)
    print("| what | measured | budget |\n|---|---|---|")
    print(f"| process start to first page | {start:.1f} s | 6 s |")
    print(f"| memory after every tab was used, at rest; at most until then | {memory:.0f} MB; {most:.0f} MB | 900 MB; none |")
    print(f"| drag on the latent map, a move | {move:.1f} ms, {frames:.0f} frames/s | 4 ms, 55 frames/s |")
    print(f"| slider to picture through the server, median | {median:.0f} ms | 40 ms |")
    print(
        f"| PixelCNN, 16 samples | {drawn['fast_s']:.2f} s, {drawn['ratio']:.0f} times the textbook sampler, "
        f"{'the same' if drawn['same'] else 'OTHER'} pixels | 300 times |"
    )
    print(f"| one sample streams to its end in Chromium; Stop acts | {stream / 1000:.2f} s; {stop:.0f} ms | 1.2 s; 100 ms |")
    print(
        f"| 100 learners, two minutes, {count} calls | median {median_call:.0f} ms, 95 % within {slow_call:.0f} ms, {len(errors)} errors | 95 % within 500 ms, no error |"
    )
    print(f"| swap of a face to all 38 people, through the server, median | {swap_ms:.0f} ms | 150 ms |")
    print(f"| repair, ten passes at 64×64, through the server, median | {repair_ms:.0f} ms | 1 s |")


if __name__ == "__main__":
    main()
