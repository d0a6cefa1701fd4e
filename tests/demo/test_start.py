"""`python app.py`: says where it listens, or in one sentence why it does not."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def start():
    """Starts app.py with arguments and an environment of its own."""
    running = []

    def run(*arguments: str, **environment: str) -> subprocess.Popen:
        running.append(
            subprocess.Popen(
                [sys.executable, "app.py", *arguments], cwd=ROOT, env=os.environ | environment, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
        )  # fmt: skip
        return running[-1]

    yield run
    for process in running:
        process.kill()
        process.wait()


def test_what_keeps_it_from_starting_is_one_sentence_and_exit_code_2(start, tmp_path):
    (tmp_path / "config.json").write_text('{"model": "vae", "config": {"hidden": [20000, 20000]}}')
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        starts = {
            "there is no checkpoint 'nothing'": start("nothing"), "hidden": start(str(tmp_path)), "GRADIO_SERVER_PORT is 'x'": start(GRADIO_SERVER_PORT="x"),
            f"port {port} is taken": start(GRADIO_SERVER_PORT=port),
        }  # fmt: skip
        for says, process in starts.items():
            out, error = process.communicate(timeout=120)
            assert (process.returncode, out) == (2, "")
            assert says in error
            assert len(error.strip().splitlines()) == 1


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def test_it_says_where_it_listens(start):
    port = free_port()
    process = start(GRADIO_SERVER_PORT=str(port))
    assert process.stdout.readline().strip() == f"Latent Atelier is at http://127.0.0.1:{port}/"


def test_a_port_that_is_set_to_nothing_is_as_good_as_not_set(start):
    assert start(GRADIO_SERVER_PORT="").stdout.readline().startswith("Latent Atelier is at http://127.0.0.1:")
