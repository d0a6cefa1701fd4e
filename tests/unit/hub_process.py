"""A process that has imported everything and forks for each case: the Hub's client reads its endpoint once, and torch takes seconds.

A line of JSON on stdin asks for a case, a line on stdout tells what became of it.
"""

import json
import os
import signal
import sys
import tempfile
import traceback


def run(case: dict) -> None:
    """The command line, or case["code"], as a process of its own would run it."""
    from huggingface_hub import constants

    from genlib import __main__, hub

    os.chdir(case["home"])
    os.environ.update(case["environment"])
    constants.HF_HUB_CACHE = os.path.join(case["home"], "hf")
    constants.HF_HUB_OFFLINE = os.environ.get("HF_HUB_OFFLINE") == "1"
    hub.DEADLINE = case["deadline"]
    sys.argv = ["genlib", *case["arguments"]]
    if case["code"]:
        exec(case["code"], {})
    else:
        __main__.main()


def child(case: dict, out: int, err: int) -> None:
    """Never returns."""
    signal.alarm(60)
    os.dup2(out, 1)
    os.dup2(err, 2)
    status = 1
    try:
        run(case)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
        print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def main() -> None:
    from huggingface_hub import HfApi, get_hf_file_metadata, hf_hub_download, snapshot_download  # noqa: F401

    import genlib.evaluation.writing  # noqa: F401
    from genlib import __main__, hub  # noqa: F401

    for line in sys.stdin:
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            pid = os.fork()
            if not pid:
                child(json.loads(line), out.fileno(), err.fileno())
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            out.seek(0)
            err.seek(0)
            print(json.dumps({"returncode": status, "stdout": out.read(), "stderr": err.read()}), flush=True)


if __name__ == "__main__":
    main()
