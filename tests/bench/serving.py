"""The app in a process of its own, as a visitor meets it."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from demo.upkeep import OFTEN

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def resident(process: subprocess.Popen) -> float:
    """Megabytes of memory the process holds."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def peak(process: subprocess.Popen) -> float:
    """Megabytes of memory it held at most."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def at_rest(process: subprocess.Popen) -> float:
    """Megabytes it holds once nobody asks for anything: what lies free is given back every few seconds."""
    time.sleep(2 * OFTEN)
    return resident(process)


def started(**environment: str) -> tuple[subprocess.Popen, str, float]:
    """The app in a process of its own, its address, and the seconds until the first page was served."""
    port, begin = free_port(), time.perf_counter()
    environment = os.environ | environment | {"GRADIO_SERVER_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/").raise_for_status()
            return process, f"http://127.0.0.1:{port}", time.perf_counter() - begin
        except httpx.HTTPError:
            time.sleep(0.02)
