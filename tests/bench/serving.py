"""The app in a process of its own, as a visitor meets it."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def resident(process: subprocess.Popen) -> float:
    """Megabytes of memory the process holds."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


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
