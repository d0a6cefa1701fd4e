"""The models a page offers: bundled ones, those named at start, and what a learner asks for by path or repository."""

import os
import threading
from collections import OrderedDict
from pathlib import Path

import torch
from torch import Tensor

from genlib import checkpoint, hub, images
from genlib.checkpoint import CheckpointError, Info

DATASETS = ("mnist", "fashion")
SAMPLES = Path(__file__).parent / "samples"


class Shelf:
    """Loads each model once, keeps the last few, and knows which suit a tab.  Safe to share between threads."""

    def __init__(self, extra: tuple[str, ...] = (), keep: int = 24):
        hidden = set(filter(None, os.environ.get("GENLIB_HIDE", "").split(",")))
        self.infos = {name: info for name, info in hub.bundled().items() if info.dataset not in hidden}
        self.folders = {name: hub.BUNDLED / name for name in self.infos}
        self.keep, self.models, self.lock = keep, OrderedDict(), threading.Lock()
        self.sample_cache: dict[str, tuple[Tensor, Tensor]] = {}
        self.kept = set(self.infos) | set(extra)  # what every visitor is offered
        for source in extra:
            self.add(source)

    def add(self, source: str) -> str:
        """Put a folder or a Hub repository on the shelf; returns the name it stands under.  Raises CheckpointError."""
        if source in self.infos:
            return source
        local = not hub.REPO_ID.fullmatch(source) or os.path.exists(source)
        if "SPACE_ID" in os.environ and local and source not in self.kept:
            raise CheckpointError(f"there is no model {source!r} here; see /models")
        folder = hub.resolve(source)
        info = checkpoint.read_info(folder)
        model = checkpoint.load(folder)
        with self.lock:
            self.infos[source], self.folders[source], self.models[source] = info, folder, model
            added = [name for name in self.infos if name not in self.kept]
            for name in added[: -self.keep]:  # visitors may ask for many
                del self.infos[name], self.folders[name]
        return source

    def info(self, name: str) -> Info:
        """What config.json says.  A path or repository id is added; paths only where the server is one's own."""
        if not isinstance(name, str) or not name:
            raise CheckpointError("choose a model")
        if name not in self.infos:
            self.add(name)
        return self.infos[name]

    def model(self, name: str):
        """The frozen model of that name.  Raises CheckpointError."""
        self.info(name)
        with self.lock:
            if name in self.models:
                self.models.move_to_end(name)
                return self.models[name]
        model = checkpoint.load(self.folders[name])
        with self.lock:
            self.models[name] = model
            while len(self.models) > self.keep:
                self.models.popitem(last=False)
        return model

    def offered(self) -> dict[str, Info]:
        """What every visitor is offered; a model one of them asked for by name is that one's alone."""
        return {name: info for name, info in list(self.infos.items()) if name in self.kept}

    def names(self, dataset: str, *families: str) -> list[str]:
        """Names of these families, in that order, that suit the data set."""
        fitting = [
            (families.index(info.model), name)
            for name, info in self.offered().items()
            if info.model in families and self.suits(info, dataset)
        ]
        return [name for _, name in sorted(fitting)]

    def suits(self, info: Info, dataset: str) -> bool:
        """Whether a model draws that data set's kind of picture; one fine-tuned on own pictures by their size."""
        if info.dataset in DATASETS:
            return info.dataset == dataset
        kinds = [i.config for i in self.offered().values() if i.dataset == dataset]
        return any(all(info.config.get(k, 1) == kind.get(k, 1) for k in ("size", "channels")) for kind in kinds)

    def classifier(self, dataset: str):
        """The evaluation classifier of a data set, or None."""
        return self.model(f"classifier-{dataset}") if f"classifier-{dataset}" in self.infos else None

    def guess(self, dataset: str, x: Tensor) -> Tensor:
        """P(c|x) by the evaluation classifier, (B, K).  Raises CheckpointError where there is none."""
        classifier = self.classifier(dataset)
        if classifier is None:
            raise CheckpointError(f"nothing here can guess the class of a {dataset} picture: give the class")
        with torch.inference_mode():
            return classifier.logits(x).softmax(dim=1)

    def samples(self, dataset: str) -> tuple[Tensor, Tensor]:
        """A hundred test pictures, (100, C, H, W) in [0, 1], ten a class in turn, and their labels (100,)."""
        if dataset not in self.sample_cache:
            sheet = images.to_tensor(images.open_picture((SAMPLES / f"{dataset}.png").read_bytes()).convert("L"))
            size = sheet.shape[-1] // 10
            x = sheet.unfold(2, size, size).unfold(3, size, size)[0].permute(1, 2, 0, 3, 4).reshape(100, 1, size, size)
            self.sample_cache[dataset] = x, torch.arange(100) % 10
        return self.sample_cache[dataset]
