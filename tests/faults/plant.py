"""Do the tests notice?  Plants one fault at a time in a copy of the tree and runs the tests that should: `python -m tests.faults.plant [--json]`.

A fault is one place: a sign, a weight, an axis, a seed, a side of a mask … somebody could get wrong, and that changes a number or a choice.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import NamedTuple

from tests.faults.places import FAULTS, TESTS

ROOT = Path(__file__).parents[2]
WANTED = 0.95  # of all faults must be caught
PATIENCE = 240  # seconds: a fault that hangs the tests is noticed
ORDER = ("models", "objectives", "ops", "data", "evaluation", "train", "pictures", "page")


class Fault(NamedTuple):
    area: str  # a key of TESTS
    file: str
    old: str  # found exactly once
    new: str


def copy_tree(folder: Path) -> Path:
    """What tests read of this tree, its checkpoints linked."""
    tree = folder / "tree"
    tree.mkdir()
    for name in ("genlib", "demo", "tests"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("checkpoints", "docs"):
        (tree / name).symlink_to(ROOT / name)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, tree)
    return tree


def run_tests(tree: Path, tests: tuple[str, ...]) -> tuple[bool, str]:
    """Whether all pass, and the first that does not."""
    alone = {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", "GRADIO_ANALYTICS_ENABLED": "False"}  # bytecode would outlive a fault
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header", "--tb=line", "-W", "ignore", *tests]
    try:
        done = subprocess.run(command, cwd=tree, env=os.environ | alone, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return False, "it hangs"
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return done.returncode == 0, failed[0].split(" - ")[0] if failed else done.stdout[-300:] + done.stderr[-300:]


def check_places(faults: list[Fault]) -> None:
    """Every fault can be planted.  Raises SystemExit with those that cannot."""
    wrong = [f for f in faults if (ROOT / f.file).read_text(encoding="utf-8").count(f.old) != 1 or f.old == f.new]
    if wrong:
        raise SystemExit("\n".join(f"{f.file}: not found exactly once: {f.old}" for f in wrong))


def plant(tree: Path, fault: Fault) -> dict:
    path = tree / fault.file
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound.replace(fault.old, fault.new), encoding="utf-8")
    try:
        green, by = run_tests(tree, TESTS[fault.area])
    finally:
        path.write_text(sound, encoding="utf-8")
    return fault._asdict() | {"caught": not green, "by": "" if green else by}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print every fault and what caught it")
    parser.add_argument("--only", default="", help="faults whose area, file or text holds this")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    faults = [Fault(*row) for row in FAULTS]
    check_places(faults)
    faults = [f for f in faults if args.only in " ".join(f)]
    with tempfile.TemporaryDirectory() as folder:
        trees: Queue[Path] = Queue()
        for k in range(args.jobs):
            (Path(folder) / str(k)).mkdir()
            trees.put(copy_tree(Path(folder) / str(k)))

        def in_a_tree(function, *given):
            tree = trees.get()
            try:
                return function(tree, *given)
            finally:
                trees.put(tree)

        with ThreadPoolExecutor(args.jobs) as pool:
            areas = sorted({f.area for f in faults}, key=ORDER.index)
            for area, (green, by) in zip(areas, pool.map(lambda area: in_a_tree(run_tests, TESTS[area]), areas), strict=True):
                if not green:
                    raise SystemExit(f"the tests of {area} fail without a fault: {by}")
            found = []
            for row in pool.map(lambda fault: in_a_tree(plant, fault), faults):
                found.append(row)
                print("caught  " if row["caught"] else "SURVIVED", row["file"], row["old"], "→", row["new"], file=sys.stderr, flush=True)
    report(found, areas, args.json)


def report(found: list[dict], areas: list[str], whole: bool) -> None:
    """Print the table.  Raises SystemExit where too many survived."""
    caught = sum(row["caught"] for row in found)
    if whole:
        print(json.dumps({"planted": len(found), "caught": caught, "faults": found}, ensure_ascii=False, indent=1))
    else:
        for area in areas:
            of = [row["caught"] for row in found if row["area"] == area]
            print(f"{area:12} {sum(of):3} of {len(of):3}")
        print(f"{'together':12} {caught:3} of {len(found):3}")
    if caught < WANTED * len(found):
        raise SystemExit(f"fewer than {WANTED:.0%} were caught")


if __name__ == "__main__":
    main()
