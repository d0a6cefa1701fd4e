"""Memory of a server whose page is opened again and again in Chromium:  python -m tests.bench.loads --json"""

import argparse
import json
import shutil

from tests.bench.serving import at_rest, started

TABS = ("latent", "classes", "swap", "inpaint", "pixel", "interpolate", "compare", "arena", "train")


def measure(loads: int = 400, every: int = 50) -> dict:
    """Megabytes resident: at the start, once every tab was used, and after every so many loads of `/`, each by a new visitor."""
    from playwright.sync_api import sync_playwright

    process, url, _ = started()
    try:
        with sync_playwright() as play:
            path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
            browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            found = {"start_mb": at_rest(process)}
            for tab in TABS:
                visit(browser, f"{url}/?tab={tab}", ".question:visible", 3000)
            found |= {"tabs_mb": at_rest(process), "loads_mb": []}
            for k in range(1, loads + 1):
                visit(browser, url)
                if k % every == 0:
                    found["loads_mb"].append(at_rest(process))
            browser.close()
    finally:
        process.terminate()
    return found | {"grown_mb": found["loads_mb"][-1] - found["loads_mb"][0]}


def visit(browser, address: str, sign: str = "[data-ready=yes]", stay: int = 0) -> None:
    """Open an address as a new visitor, wait for the sign that it is alive, stay for so many milliseconds, go."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(address)
    page.wait_for_selector(sign, state="attached")
    page.wait_for_timeout(stay)
    page.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines for people")
    as_json = parser.parse_args().json
    found = measure()
    if as_json:
        print(json.dumps(found))
        return
    print(f"start {found['start_mb']:.0f} MB, every tab used {found['tabs_mb']:.0f} MB, every 50 loads:")
    print(", ".join(f"{mb:.0f}" for mb in found["loads_mb"]), f"MB; after the first 50: {found['grown_mb']:+.0f} MB")


if __name__ == "__main__":
    main()
