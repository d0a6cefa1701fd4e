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
ORDER = ("models", "objectives", "ops", "data", "evaluation", "train", "pictures", "page", "own", "lent")


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


class Worker:
    """A process in a copy of the tree, which has imported what is slow to import and is in no fault, and forks for every run of tests."""

    def __init__(self, tree: Path):
        self.tree = tree
        alone = {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", "GRADIO_ANALYTICS_ENABLED": "False"}  # bytecode would outlive a fault
        command = [sys.executable, "-c", FORKS, str(PATIENCE)]
        self.process = subprocess.Popen(command, cwd=tree, env=os.environ | alone, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run_tests(self, tests: tuple[str, ...]) -> tuple[bool, str]:
        """Whether all pass, and the first that does not."""
        self.process.stdin.write(json.dumps(["-qx", "-p", "no:cacheprovider", "--no-header", "--tb=line", "-W", "ignore", *tests]) + "\n")
        self.process.stdin.flush()
        code, said = json.loads(self.process.stdout.readline())
        failed = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
        return code == 0, failed[0].split(" - ")[0] if failed else said[-300:] or "it hangs"

    def plant(self, fault: Fault) -> dict:
        path = self.tree / fault.file
        sound = path.read_text(encoding="utf-8")
        path.write_text(sound.replace(fault.old, fault.new), encoding="utf-8")
        try:
            green, by = self.run_tests(TESTS[fault.area])
        finally:
            path.write_text(sound, encoding="utf-8")
        return fault._asdict() | {"caught": not green, "by": "" if green else by}

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait()


FORKS = """
import json, os, signal, sys, tempfile, time
import cv2, gradio, gradio_client, huggingface_hub, matplotlib.figure, numpy, PIL.Image, pytest, safetensors.torch, torch, torch.distributions
import torchmetrics.functional.image, torchmetrics.image.fid, torchmetrics.image.kid, torch.optim.swa_utils, torchvision
torch.set_num_threads(1)
for line in sys.stdin:
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if not child:
            os.setsid()
            for stream in (1, 2):
                os.dup2(said.fileno(), stream)
            code = pytest.main(json.loads(line))
            sys.stdout.flush()
            os._exit(int(code))
        until, code = time.monotonic() + float(sys.argv[1]), None
        while code is None and time.monotonic() < until:
            done, status = os.waitpid(child, os.WNOHANG)
            code = os.waitstatus_to_exitcode(status) if done else time.sleep(0.02)
        if code is None:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            code = 124
        said.seek(0)
        print(json.dumps([code, said.read().decode(errors="replace")]), flush=True)
"""


def check_places(faults: list[Fault]) -> None:
    """Every fault can be planted.  Raises SystemExit with those that cannot."""
    wrong = [f for f in faults if (ROOT / f.file).read_text(encoding="utf-8").count(f.old) != 1 or f.old == f.new]
    if wrong:
        raise SystemExit("\n".join(f"{f.file}: not found exactly once: {f.old}" for f in wrong))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print every fault and what caught it")
    parser.add_argument("--only", default="", help="faults whose area, file or text holds this")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    faults = [Fault(*row) for row in FAULTS]
    check_places(faults)
    faults = [f for f in faults if args.only in " ".join(f)]
    areas = sorted({f.area for f in faults}, key=ORDER.index)
    with tempfile.TemporaryDirectory() as folder:
        workers, free = [], Queue()
        for k in range(args.jobs):
            (Path(folder) / str(k)).mkdir()
            workers.append(Worker(copy_tree(Path(folder) / str(k))))
            free.put(workers[-1])

        def in_a_tree(method, given):
            worker = free.get()
            try:
                return method(worker, given)
            finally:
                free.put(worker)

        try:
            found = plant_all(faults, areas, in_a_tree, args.jobs)
        finally:
            for worker in workers:
                worker.stop()
    report(found, areas, args.json)


def plant_all(faults: list[Fault], areas: list[str], in_a_tree, jobs: int) -> list[dict]:
    """What became of every fault.  Raises SystemExit where tests fail without one."""
    found = []
    with ThreadPoolExecutor(jobs) as pool:
        sound = pool.map(lambda area: in_a_tree(Worker.run_tests, TESTS[area]), areas)
        for area, (green, by) in zip(areas, sound, strict=True):
            if not green:
                raise SystemExit(f"the tests of {area} fail without a fault: {by}")
        for row in pool.map(lambda fault: in_a_tree(Worker.plant, fault), faults):
            found.append(row)
            print("caught  " if row["caught"] else "SURVIVED", row["file"], row["old"], "→", row["new"], file=sys.stderr, flush=True)
    return found


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
