"""Start Latent Atelier.  More checkpoints, by folder or Hub repository id, can be named on the command line."""

import gc
import sys

gc.disable()  # nothing imported is ever garbage: not looking for any saves a second of the start

from demo.app import build_demo, launch_kwargs  # noqa: E402

demo = build_demo(tuple(sys.argv[1:]) if __name__ == "__main__" else ())
gc.freeze()  # nor is it looked through again at each collection while a picture is being made
gc.enable()

if __name__ == "__main__":
    demo.launch(**launch_kwargs())
