"""Start Latent Atelier.  More checkpoints, by folder or Hub repository id, can be named on the command line."""

import sys

from demo.app import build_demo, launch_kwargs

demo = build_demo(tuple(sys.argv[1:]) if __name__ == "__main__" else ())

if __name__ == "__main__":
    demo.launch(**launch_kwargs())
