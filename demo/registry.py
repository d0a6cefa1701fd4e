"""The models a page offers: bundled ones, those named at start, and what a learner asks for by path or repository."""

import functools
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, cast

import torch
from torch import Tensor

from demo import samples
from demo.samples import DATASETS, Samples
from demo.studio import MINE, Studio
from genlib import checkpoint, hub, ood, ops
from genlib.batch import Batch
from genlib.checkpoint import CheckpointError, Info
from genlib.data import VARIANT_OF, Images
from genlib.evaluation.metrics import psnr
from genlib.families import FAMILIES, Family
from genlib.models.base import Autoencoder, Network, Reader
from genlib.models.classifier import Classifier
from genlib.preparation import DATASET_KINDS, kind_of

FETCHES = 100  # models that visitors may have fetched from the Hub, as long as the server runs
KEPT = 64_000_000  # bytes of weights in memory; all that are bundled have 240 MB
IDLE = 20.0  # seconds after which a model that nobody asked for is in use no more


def paths_allowed() -> bool:
    """Whether visitors may name folders of this machine, as on one's own: by GENLIB_ALLOW_PATHS=1."""
    return os.environ.get("GENLIB_ALLOW_PATHS") == "1"


def size_of(model: torch.nn.Module) -> int:
    """Bytes of a model's weights."""
    return sum(p.nbytes for p in model.state_dict().values())


FRONT = "+000+20"  # a light from the front, under which a face is known best
SERIES = "2dbeta"  # in the names of planes that differ in β alone: to slide over, not to stand beside other models


@torch.inference_mode(False)  # whoever asks first: weights born in that mode never let a gradient through again
def load_model(folder: Path):
    """The model in a folder, laid out for serving: convolutions of many channels are up to three times faster channels last."""
    return checkpoint.load(folder).to(memory_format=torch.channels_last)


class Own(NamedTuple):
    """What is known of a visitor's model: how many classes, its first, are those of the data set; who reads its classes; and the visitor's pictures,
    learned and held out."""

    known: int
    reader: Reader | None
    learned: Images
    held_out: Images

    @property
    def classes(self) -> list[int]:
        """The classes of the pictures that no other model has."""
        return [k for k in self.learned.y.unique().tolist() if k >= self.known]

    def examples(self, most: int = 20) -> Batch:
        """Some of the pictures, of the classes in turn, (N, C, H, W) in [0, 1] and (N,): those held out where there are any."""
        known = self.held_out if len(self.held_out) else self.learned
        turn = torch.stack([(known.y[: k + 1] == known.y[k]).sum() for k in range(len(known))])
        return known.batch(turn.argsort(stable=True)[:most])


def share_out(p: Tensor, new: list[int], known: Tensor) -> Tensor:
    """Probabilities (B, K) of which those of the classes `new` stay and what is left of one is shared as `known`, (B, C ≤ K), says."""
    shared = torch.zeros_like(p)
    shared[:, : known.shape[1]] = known * (1 - p[:, new].sum(dim=1, keepdim=True))
    shared[:, new] = p[:, new]
    return shared


def place_in_family(info: Info, name: str) -> tuple[str, float, str]:
    """What models of a family are sorted by: their names; of a series what they have in common, then the weight of KL."""
    head, is_series, _ = name.partition(SERIES)
    weight = info.objective.get("beta", 1) if is_series else 0
    return head + is_series if is_series else name, float(weight) if isinstance(weight, (int, float)) else 1.0, name


class ModelRegistry:
    """Loads each model once, keeps the last few, and knows which suit a tab.  Safe to share between threads."""

    def __init__(self, extra: tuple[str, ...] = (), keep: int = 24, most: int = FETCHES):
        hidden = set(filter(None, os.environ.get("GENLIB_HIDE", "").split(",")))
        self.infos = {name: info for name, info in hub.bundled_checkpoints().items() if info.dataset not in hidden}
        self.folders = {name: hub.BUNDLED / name for name in self.infos}
        self.keep, self.models, self.lock = keep, OrderedDict(), threading.Lock()
        self.asked: dict[str, float] = {}  # when each of them was asked for last
        self.most, self.fetched, self.fetching = most, set(), threading.Lock()
        self.sample_cache: dict[str, Samples] = {}
        self.own: dict[str, Own] = {}  # by the model's name
        self.studio = Studio()  # where visitors train models of their own, which are never among these
        self.by_name = [functools.lru_cache(maxsize=64)(self.usual_psnr), functools.lru_cache(maxsize=8)(self.people)]
        self.usual_psnr, self.people = self.by_name
        self.reference = functools.lru_cache(maxsize=8)(self.reference)
        self.kept = set(self.infos) | set(extra)  # what every visitor is offered
        for source in extra:
            self.put(source, hub.resolve(source))

    def add(self, source: str) -> str:
        """Put a model that a visitor asks for on the shelf; returns the name it stands under.  Raises CheckpointError."""
        if source not in self.infos:
            if source.startswith(MINE):
                raise CheckpointError("this model of your pictures is gone: choose another")
            self.put(source, hub.resolve(source) if paths_allowed() else self.fetch(source))
        return source

    def fetch(self, source: str) -> Path:
        """The folder of a repository id on the Hub, or of a name in GENLIB_HUB_REPO.  What else lies on this machine is not
        looked at: no refusal tells of it.

        One at a time, and so many at most while the server runs.  Raises CheckpointError.
        """
        address = hub.parse_address(source)
        if not self.fetching.acquire(blocking=False):
            raise CheckpointError("another model is being fetched: try again in a minute")
        try:
            if source not in self.fetched and len(self.fetched) >= self.most:
                raise CheckpointError("visitors have asked for {most} models and get no more: choose one of those offered", most=self.most)
            self.fetched.add(source)
            return hub.find_cached(address) or hub.fetch(address)
        finally:
            self.fetching.release()

    def put(self, source: str, folder: Path) -> None:
        """Put the model of a folder on the shelf; the oldest that visitors asked for makes room.  Raises CheckpointError."""
        info = checkpoint.read_info(folder)
        model = load_model(folder)
        self.forget()
        with self.lock:
            self.infos[source], self.folders[source], self.models[source] = info, folder, model
            self.touch(source)
            added = [name for name in self.infos if name not in self.kept]
            for name in added[: -self.keep]:  # visitors may ask for many
                del self.infos[name], self.folders[name]
                self.models.pop(name, None)
                self.own.pop(name, None)
            self.make_room()

    def drop(self, name: str) -> None:
        """Take a model from the shelf that somebody put there."""
        self.forget()
        with self.lock:
            if name not in self.kept:
                for shelf in (self.infos, self.folders, self.models, self.own):
                    shelf.pop(name, None)

    def forget(self) -> None:
        """What is remembered by a model's name: another may stand under it."""
        for remembered in self.by_name:
            remembered.cache_clear()

    def touch(self, name: str) -> None:
        """A model that is kept is asked for now."""
        self.models.move_to_end(name)
        self.asked[name] = time.monotonic()

    def make_room(self) -> None:
        """Drop models until those kept are few and small enough, never the last that was asked for.

        The one not asked for the longest goes; where all are in use, the largest: Compare asks for fourteen in turn, 82 MB, and by age each
        would go just before it is asked for again.
        """
        while len(self.models) > self.keep:
            self.models.popitem(last=False)
        sizes, now = {name: size_of(model) for name, model in self.models.items()}, time.monotonic()
        while len(sizes) > 1 and sum(sizes.values()) > KEPT:
            oldest, *_ = others = [*sizes][:-1]
            gone = oldest if now - self.asked[oldest] > IDLE else max(others, key=sizes.__getitem__)
            del sizes[gone], self.models[gone]
        self.asked = {name: self.asked[name] for name in self.models}

    def info(self, name: str) -> Info:
        """What config.json says.  A repository id is added; a path only where the server is one's own."""
        if not isinstance(name, str) or not name:
            raise CheckpointError("choose a model")
        if name not in self.infos:
            self.add(name)
        return self.infos[name]

    def model(self, name: str) -> Network:
        """The frozen model of that name.  Raises CheckpointError."""
        self.info(name)
        with self.lock:
            if name in self.models:
                self.touch(name)
                return self.models[name]
        model = load_model(self.folders[name])
        with self.lock:
            self.models[name] = model
            self.touch(name)
            self.make_room()
        return model

    def num_classes(self, name: str) -> int:
        """How many classes a model can be told, 0 for none; by its config, for which no weights are read."""
        info = self.info(name)
        return FAMILIES[info.model].network.Config(**info.config).classes

    def offers(self) -> dict[str, Info]:
        """What every visitor is offered; a model one of them asked for by name is that one's alone."""
        return {name: info for name, info in list(self.infos.items()) if name in self.kept}

    def names(self, dataset: str, wants: Callable[[Family], bool], series: bool = False) -> list[str]:
        """Models that suit the data set and whose family is wanted, family by family; with `series`, one at other weights of KL too."""
        order = [name for name, family in FAMILIES.items() if wants(family)]
        fitting = [
            (order.index(info.model), *place_in_family(info, name))
            for name, info in self.offers().items()
            if info.model in order and self.suits(info, dataset) and (series or SERIES not in name)
        ]
        return [name for *_, name in sorted(fitting)]

    def suits(self, info: Info, dataset: str) -> bool:
        """Whether a model draws that data set's kind of picture; one fine-tuned on own pictures by their size."""
        source = VARIANT_OF.get(info.dataset, info.dataset)
        if source in DATASETS:
            return source == dataset
        kinds = [i.config for i in self.offers().values() if i.dataset == dataset]
        return any(all(info.config.get(k, 1) == kind.get(k, 1) for k in ("size", "channels")) for kind in kinds)

    def kind(self, name: str) -> str:
        """The data set whose kind of picture a model draws: of own pictures' the first that it suits, or "folder"."""
        info = self.info(name)
        fitting = [dataset for dataset in DATASETS if self.suits(info, dataset)]
        return next((d for d in fitting if DATASET_KINDS.get(d) == kind_of(info)), (fitting or [info.dataset])[0])

    def classifier(self, dataset: str) -> Classifier | None:
        """The evaluation classifier of a data set, or None."""
        return cast(Classifier, self.model(f"classifier-{dataset}")) if f"classifier-{dataset}" in self.infos else None

    def guess(self, dataset: str, x: Tensor, model: str = "") -> Tensor:
        """P(c|x), (B, K), by the evaluation classifier; of a visitor's model's new classes by the reader that their pictures taught, which leaves the
        rest to the classifier; of one with new classes alone and no reader all are as likely.  Raises CheckpointError where there is none."""
        classifier, own = self.classifier(dataset), self.own.get(model)
        if own and not own.reader and not own.known:
            return torch.full((len(x), len(own.learned.labels)), 1 / len(own.learned.labels))
        with torch.inference_mode():
            p = own.reader.logits(x).softmax(dim=1) if own and own.reader and own.classes else None
            if own is None or p is None or len(own.classes) < p.shape[1]:
                if classifier is None:
                    raise CheckpointError("nothing here can guess the class of a {dataset} picture: give the class", dataset=dataset)
                known = classifier.logits(x).softmax(dim=1)
                p = known if own is None or p is None else share_out(p, own.classes, known)
        return p

    def reference(self, dataset: str) -> ood.Reference | None:
        """What a data set's classifier tells unlike pictures by."""
        folder = self.folders.get(f"classifier-{dataset}")
        return ood.load_reference(folder) if folder else None

    def is_unlike(self, dataset: str, x: Tensor) -> Tensor:
        """Which pictures lie farther from all training pictures than real ones do, (B,) bool; none where nothing tells."""
        classifier, reference = self.classifier(dataset), self.reference(dataset)
        if classifier is None or reference is None or x.shape[1:] != (classifier.config.channels, *[classifier.config.size] * 2):
            return torch.zeros(len(x), dtype=torch.bool)
        with torch.inference_mode():
            return reference.is_unlike(classifier.features(x))

    def samples(self, dataset: str) -> Samples:
        """About a hundred held-out pictures of a data set."""
        if dataset not in self.sample_cache:
            self.sample_cache[dataset] = samples.load(dataset)
        return self.sample_cache[dataset]

    def samples_for(self, dataset: str, model: str) -> Samples:
        """The samples that a model can be asked about: for a visitor's, behind the others, their own pictures, which know neither lights nor poses."""
        s, own = self.samples(dataset), self.own.get(model)
        if own is None:
            return s
        more, y = own.examples(), s.y if own.known else torch.full_like(s.y, -1)
        return Samples(torch.cat([s.x, more.x]), torch.cat([y, more.y]), own=len(s.x))

    def shares(self, model: str, label: int) -> bool:
        """Whether a model's class is the data set's of that number."""
        return model not in self.own or label < self.own[model].known

    def usual_psnr(self, dataset: str, name: str) -> float:
        """The PSNR, dB, with which a model redraws nineteen of twenty samples at least."""
        s = self.samples(dataset)
        return float(psnr(s.x, ops.reconstruct(cast(Autoencoder, self.model(name)), s.x, s.y)).quantile(0.05))

    def people(self, dataset: str, name: str) -> Tensor | None:
        """Everyone whom a model of faces knows, drawn by it under the light of one photograph, (K, 1, H, W); None of other models."""
        s, model = self.samples(dataset), self.model(name)
        if s.attribute is None or s.layers is not None or not ops.is_autoencoder(model) or not ops.num_classes(model):
            return None
        front = int((s.attribute == s.attributes.index(FRONT)).nonzero()[0])
        z = ops.encode(model, s.x[front : front + 1], s.y[front : front + 1]).mean
        return ops.swap(model, z[0], torch.arange(model.config.classes))
