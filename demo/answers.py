"""The API's pictures as files: kept for a while, and so many at most."""

import threading
from collections import OrderedDict
from pathlib import Path

from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

MOST = 2000  # files of answers


class Answers:
    """The latest `most` pictures that were answered; Gradio's `delete_cache` takes them by age.  Safe to share between threads."""

    def __init__(self, most: int = MOST):
        self.most, self.paths, self.lock = most, OrderedDict(), threading.Lock()

    def file(self, png: bytes) -> str:
        """A file of a picture, named by its content."""
        path = save_bytes_to_cache(png, "sheet.png", get_upload_folder())
        with self.lock:
            self.paths[path] = None
            self.paths.move_to_end(path)
            old = [self.paths.popitem(last=False)[0] for _ in range(len(self.paths) - self.most)]
        for name in old:
            Path(name).unlink(missing_ok=True)
        return path
