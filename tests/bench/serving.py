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


def started() -> tuple[subprocess.Popen, str, float]:
    """The app in a process of its own, its address, and the seconds until the first page was served."""
    port, begin = free_port(), time.perf_counter()
    process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=os.environ | {"GRADIO_SERVER_PORT": str(port)})
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/").raise_for_status()
            return process, f"http://127.0.0.1:{port}", time.perf_counter() - begin
        except httpx.HTTPError:
            time.sleep(0.02)
