"""Start Latent Atelier.  More checkpoints, by folder or Hub repository id, can be named on the command line."""

import gc
import os
import sys


def stop(sentence: str):
    """End with the sentence and exit code 2, as for a wrong command line."""
    print(f"app.py: {sentence}", file=sys.stderr)
    raise SystemExit(2)


def asked_port() -> int | None:
    """The port that GRADIO_SERVER_PORT asks for, or None where any free one will do."""
    text = os.environ.get("GRADIO_SERVER_PORT")
    if text and not (text.isdecimal() and 0 < int(text) < 65536):
        stop(f"GRADIO_SERVER_PORT is {text!r}: give a port from 1 to 65535")
    return int(text) if text else None


def listen(demo, port: int | None) -> None:
    """Serve until stopped, and say where.  A port that was asked for is the one, or an error."""
    try:
        _, url, _ = demo.launch(server_port=port, prevent_thread_lock=True, **launch_kwargs())
    except OSError as error:
        stop(f"port {port} is taken, or not ours to use: set GRADIO_SERVER_PORT to another" if port else str(error))
    print(f"Latent Atelier is at {url}", flush=True)
    demo.block_thread()


port = asked_port()  # Gradio reads it as it is imported
gc.disable()  # nothing imported is ever garbage: not looking for any saves a second of the start

from demo import zerogpu  # noqa: E402, F401  before anything imports torch, as ZeroGPU wants it
from demo.app import build_demo, launch_kwargs  # noqa: E402
from genlib.checkpoint import CheckpointError  # noqa: E402

try:
    demo = build_demo(tuple(sys.argv[1:]) if __name__ == "__main__" else ())
except CheckpointError as error:
    stop(str(error))
gc.freeze()  # nor is it looked through again at each collection while a picture is being made
gc.enable()

if __name__ == "__main__":
    listen(demo, port)
