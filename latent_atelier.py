"""Start the page: `python app.py` in a clone, `latent-atelier` where it is installed.

Nothing is imported before it must be: Gradio reads GRADIO_SERVER_PORT as it is imported, and ZeroGPU wants to be there before torch.
"""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

ENVIRONMENT = """environment:
  GRADIO_SERVER_PORT   the port; otherwise 7860, or the next free one
  GENLIB_CHECKPOINTS   a folder of checkpoints, in place of those of the clone
  GENLIB_HUB_REPO      who has them on the Hub, where there is no clone: OWNER or OWNER/REPOSITORY
  GENLIB_DATA          the data sets, for nearest training pictures
  GENLIB_HIDE          data sets to leave out, as faces,fashion"""


def stop(sentence: str):
    """End with the sentence and exit code 2, as for a wrong command line."""
    print(f"{Path(sys.argv[0]).name}: {sentence}", file=sys.stderr)
    raise SystemExit(2)


def read_port() -> int | None:
    """The port that GRADIO_SERVER_PORT asks for, or None where any free one will do."""
    text = os.environ.get("GRADIO_SERVER_PORT")
    if text == "":  # as good as not set, which Gradio does not know
        del os.environ["GRADIO_SERVER_PORT"]
    if text and not (text.isdecimal() and 0 < int(text) < 65536):
        stop(f"GRADIO_SERVER_PORT is {text!r}: give a port from 1 to 65535")
    return int(text) if text else None


def build(sources: Sequence[str] = ()):
    """The page, with the checkpoints of these folders and repositories beside its own; or a sentence and the end."""
    read_port()
    gc.disable()  # nothing imported is ever garbage: not looking for any saves a second of the start
    try:
        from demo import zerogpu  # noqa: F401, I001  before anything imports torch
        from demo.app import build_demo
        from genlib.checkpoint import CheckpointError
        from genlib.provision import provision
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("", "demo", "genlib"):
            raise
        stop(f"the package {error.name} is not installed: pip install 'latent-atelier[demo]'")
    try:
        provision(lambda name, k, n: print(f"fetching {name} ({k} of {n})", file=sys.stderr, flush=True))
        demo = build_demo(tuple(sources))
    except CheckpointError as error:
        stop(str(error))
    gc.freeze()  # nor is it looked through again at each collection while a picture is being made
    gc.enable()
    return demo


def listen(demo) -> None:
    """Serve until stopped, and say where.  A port that was asked for is the one, or an error."""
    from demo.app import launch_kwargs

    port = read_port()
    try:
        _, url, _ = demo.launch(server_port=port, prevent_thread_lock=True, **launch_kwargs())
    except OSError as error:
        stop(f"port {port} is taken, or not ours to use: set GRADIO_SERVER_PORT to another" if port else str(error))
    print(f"Latent Atelier is at {url}", flush=True)
    demo.block_thread()


def read_sources() -> list[str]:
    """The checkpoints named on the command line."""
    parser = argparse.ArgumentParser(
        description="The page of Latent Atelier.", epilog=ENVIRONMENT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sources", nargs="*", metavar="CHECKPOINT", help="one more: a folder, or a repository on the Hub")
    return parser.parse_args().sources


def main() -> None:
    """The command `latent-atelier`."""
    listen(build(read_sources()))
