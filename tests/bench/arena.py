"""How fast the GAN arena plays in Chromium, and what its lessons come to:  python -m tests.bench.arena [--json] [--short]

The engine's own rates come from a worker without a picture; frames a second and requests from the page while it plays as fast as it goes.
"""

import argparse
import json
import shutil
import subprocess

from playwright.sync_api import Page, sync_playwright

from tests.bench.serving import ROOT, started

SIZES = {  # GAN Lab's, and three larger: settings of the engine
    "8": {"hiddenD": [8], "hiddenG": [8], "batch": 150},
    "32": {"hiddenD": [32, 32], "hiddenG": [32, 32], "batch": 128},
    "64": {"hiddenD": [64, 64], "hiddenG": [64, 64], "batch": 128},
    "64gp": {"hiddenD": [64, 64], "hiddenG": [64, 64], "batch": 128, "rule": "wgangp", "k": 1},
}
SECONDS = 4
LESSONS = ("vanishing", "modes", "dirac", "distance", "clipping")
# A worker of its own plays as fast as it goes: iterations a second and frames, each with its heat map, a second.
PLAY = """async ([settings, seconds, source]) => {
    const worker = new Worker(URL.createObjectURL(new Blob([source])));
    let first = null, last = null, frames = 0;
    worker.onmessage = ({ data }) => {
        if (data.type === "ready") worker.postMessage({ type: "play", pace: Infinity });
        if (data.type !== "frame" || !data.playing) return;
        last = [performance.now(), data.games[0].step]; first ||= last; frames++;
    };
    worker.postMessage({ type: "start", games: [settings], heat: 40, arrows: 64, sample: 256 });
    await new Promise((done) => setTimeout(done, 1000 * seconds));
    worker.terminate();
    const took = (last[0] - first[0]) / 1000;
    return [(last[1] - first[1]) / took, (frames - 1) / took];
}"""
# Animation frames of the page in so many seconds, in a second.
FRAMES = """(seconds) => new Promise((done) => {
    let n = 0;
    const start = performance.now(), tick = () => { n++; if (performance.now() - start > 1000 * seconds) done(1000 * n / (performance.now() - start)); else requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
})"""


def play_alone(page: Page, source: str) -> tuple[dict[str, float], float]:
    """Iterations a second at each size, and heat maps a second at GAN Lab's."""
    rates = {name: page.evaluate(PLAY, [settings, SECONDS, source]) for name, settings in SIZES.items()}
    return {name: round(iterations, 1) for name, (iterations, _) in rates.items()}, round(rates["8"][1], 1)


def play_on_the_page(page: Page, url: str) -> tuple[float, int]:
    """Frames a second of the page while the game plays as fast as it goes, and the requests it makes meanwhile."""
    page.goto(f"{url}/?tab=arena")
    page.wait_for_selector(".arena[data-playing=yes]")
    page.locator(".arena .turns select").select_option(label="fastest")
    page.wait_for_timeout(6000)  # the other tabs are filled meanwhile
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    return round(page.evaluate(FRAMES, SECONDS), 1), len(asked)


def play_lessons(short: bool) -> dict:
    """What each lesson comes to, in node, one process a lesson; at the papers' sizes, which takes eight minutes, or as the page plays them."""
    command = ["node", "tests/js/arena_lessons.js", *["--short"] * short]
    processes = [subprocess.Popen([*command, name], cwd=ROOT, stdout=subprocess.PIPE, text=True) for name in LESSONS]
    outcomes = {}
    for process in processes:
        out, _ = process.communicate()
        outcomes |= json.loads(out)
    return outcomes


def measure(url: str, source: str) -> dict:
    with sync_playwright() as play:
        path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(120_000)
        page.goto(f"{url}/gradio_api/info")  # of the same origin, and nothing runs on it
        rates, heat_maps = play_alone(page, source)
        fps, requests = play_on_the_page(page, url)
        browser.close()
    return {"iterations_per_s": rates, "heatmaps_per_s": heat_maps, "fps": fps, "requests": requests}


def main() -> None:
    from demo import arena

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object, last on stdout")
    parser.add_argument("--short", action="store_true", help="the lessons at the page's sizes, not at the papers'")
    options = parser.parse_args()
    process, url, _ = started()
    try:
        measured = measure(url, arena.source())
    finally:
        process.terminate()
    measured["lessons"] = play_lessons(options.short)
    print(json.dumps(measured) if options.json else json.dumps(measured, indent=1))


if __name__ == "__main__":
    main()
