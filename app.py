"""Start Latent Atelier.  More checkpoints, by folder or Hub repository id, can be named on the command line."""

from latent_atelier import build, listen, read_sources

demo = build(read_sources() if __name__ == "__main__" else ())  # by this name `gradio app.py` and a Space know it

if __name__ == "__main__":
    listen(demo)
