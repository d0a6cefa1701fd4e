"""The models a page offers: bundled ones, those named at start, and what a learner asks for by path or repository."""

import functools
import os
import threading
from collections import OrderedDict
from pathlib import Path

import torch
from torch import Tensor

from demo import samples
from demo.samples import DATASETS, Samples
from genlib import checkpoint, hub, images, ops
from genlib.checkpoint import CheckpointError, Info
from genlib.data import VARIANT_OF


@torch.inference_mode(False)  # whoever asks first: weights born in that mode never let a gradient through again
def loaded(folder: Path):
    """The model in a folder, laid out for serving: convolutions of many channels are up to three times faster channels last."""
    return checkpoint.load(folder).to(memory_format=torch.channels_last)


class Shelf:
    """Loads each model once, keeps the last few, and knows which suit a tab.  Safe to share between threads."""

    def __init__(self, extra: tuple[str, ...] = (), keep: int = 24):
        hidden = set(filter(None, os.environ.get("GENLIB_HIDE", "").split(",")))
        self.infos = {name: info for name, info in hub.bundled().items() if info.dataset not in hidden}
        self.folders = {name: hub.BUNDLED / name for name in self.infos}
        self.keep, self.models, self.lock = keep, OrderedDict(), threading.Lock()
        self.sample_cache: dict[str, Samples] = {}
        self.usual_psnr = functools.lru_cache(maxsize=64)(self.usual_psnr)
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
        model = loaded(folder)
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
        model = loaded(self.folders[name])
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
        own = VARIANT_OF.get(info.dataset, info.dataset)
        if own in DATASETS:
            return own == dataset
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

    def samples(self, dataset: str) -> Samples:
        """About a hundred held-out pictures of a data set."""
        if dataset not in self.sample_cache:
            self.sample_cache[dataset] = samples.load(dataset)
        return self.sample_cache[dataset]

    def usual_psnr(self, dataset: str, name: str) -> float:
        """The PSNR, dB, with which a model redraws nineteen of twenty samples at least."""
        s = self.samples(dataset)
        return float(images.psnr(s.x, ops.reconstruct(self.model(name), s.x, s.y)).quantile(0.05))
