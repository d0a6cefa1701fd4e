"""A model's networks and the turns of its training, found by running each turn's loss once on a made-up batch.

What a network reads is found by following every tensor: `Follower` keeps from which network, picture or noise it comes.
"""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import ParametrizationList, is_parametrized
from torch.overrides import TorchFunctionMode

from genlib.batch import Batch
from genlib.checkpoint import Info
from genlib.families import FAMILIES, family_of
from genlib.models.base import Network, Prior
from genlib.objectives import registry as objectives
from genlib.objectives.base import Turn

PICTURE, CLASS, NOISE = "x", "c", "z"  # where tensors come from that no network made
BATCH = 4  # made-up pictures
PERIOD = 6  # layers of a block, at most
NORMS = (nn.modules.batchnorm._BatchNorm, nn.GroupNorm, nn.LayerNorm)
SYMBOLS = {  # of a model's parts, as equations call them; parts of one symbol are one network
    "encoder": "E", "posterior": "E", "code": "E", "decoder": "G", "generator": "G", "discriminator": "D", "critic": "f", "classifier": "C",
    "sampler": "G₁", "code_discriminator": "D₁", "pixelcnn": "PixelCNN",
}  # fmt: skip


@dataclass(frozen=True)
class Layer:
    """So many layers of one kind, one after the other, with outputs of one shape."""

    kind: str
    shape: tuple[int, ...]  # of the output, without the batch
    count: int = 1


@dataclass(frozen=True)
class Block:
    """Layers that come so often one after the other."""

    layers: tuple[Layer, ...]
    count: int = 1


@dataclass(frozen=True)
class Net:
    symbol: str
    parameters: int
    inputs: tuple[int, ...]  # shape, without the batch
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Step:
    """A turn: what each network that its loss runs reads, what the loss reads, and which networks it moves."""

    turn: Turn
    reads: dict[str, frozenset[str]]  # symbol -> symbols and sources, in the order in which they run
    loss: frozenset[str]
    moves: frozenset[str]

    @property
    def code(self) -> str:
        """The source of the loss."""
        return textwrap.dedent(inspect.getsource(self.turn.loss))


class Call(NamedTuple):
    """A layer's first: shapes without the batch, and where what it was given comes from."""

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    origins: frozenset[str]


class Follower(TorchFunctionMode):
    """Within it, every tensor keeps what it was made of."""

    def __init__(self):
        super().__init__()
        self.kept: dict[int, tuple[Tensor, frozenset[str]]] = {}  # by id; the tensor, lest another gets its id

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        self.mark(out, self.origins(args[0] if func is torch.autograd.grad else [args, kwargs]))  # a gradient comes from what is differentiated
        return out

    def origins(self, value: object) -> frozenset[str]:
        """What a value, or all of its parts, come from."""
        if isinstance(value, Tensor):
            return self.kept.get(id(value), (value, frozenset()))[1]
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else ()
        return frozenset().union(*map(self.origins, parts))

    def mark(self, value: object, origins: frozenset[str]) -> None:
        if isinstance(value, Tensor):
            self.kept[id(value)] = (value, origins)
        elif isinstance(value, (tuple, list)):
            for part in value:
                self.mark(part, origins)


def parts_of(model: Network) -> dict[str, list[nn.Module]]:
    """A model's networks by symbol, one whole where none of its parts is one that equations name."""
    parts = dict(model.named_children())
    if not parts.keys() & SYMBOLS.keys():
        return {family_of(model).title: [model]}
    nets: dict[str, list[nn.Module]] = {}
    for name, part in parts.items():
        second = name == "discriminator" and "code_discriminator" in parts  # D₁ judges codes
        nets.setdefault("D₂" if second else SYMBOLS.get(name, name), []).append(part)
    return nets


def is_layer(module: nn.Module) -> bool:
    """Whether it holds parameters of its own, also such as are made anew at every call."""
    return not isinstance(module, ParametrizationList) and (is_parametrized(module) or any(True for _ in module.parameters(recurse=False)))


def leaves(parts: list[nn.Module]) -> list[nn.Module]:
    return [module for part in parts for module in part.modules() if is_layer(module)]


def fold(layers: list[Layer]) -> list[Layer]:
    """Neighbours of one kind and shape as one."""
    folded: list[Layer] = []
    for layer in layers:
        if folded and (folded[-1].kind, folded[-1].shape) == (layer.kind, layer.shape):
            folded[-1] = replace(folded[-1], count=folded[-1].count + layer.count)
        else:
            folded.append(layer)
    return folded


def blocks(layers: list[Layer]) -> Iterator[Block]:
    """What comes several times one after the other once, with how often."""
    at = 0
    while at < len(layers):
        count, length = max((repeats(layers, at, n), -n) for n in range(1, PERIOD + 1))
        length = -length if count > 1 else 1
        yield Block(tuple(layers[at : at + length]), count)
        at += length * count


def repeats(layers: list[Layer], at: int, n: int) -> int:
    """How often the n layers from `at` on stand there one after the other."""
    count = 1
    while layers[at : at + n] == layers[at + n * count : at + n * (count + 1)]:
        count += 1
    return count


class Recorder:
    """What the layers of a model's networks are given and give while it is run."""

    def __init__(self, model: Network):
        self.model, self.parts = model, parts_of(model)
        self.calls: dict[str, dict[nn.Module, Call]] = {name: {} for name in self.parts}
        self.reads: dict[str, set[str]] = {}
        self.follower = Follower()

    def watch(self, name: str, layer: nn.Module):
        def note(_layer, inputs, output):
            origins = self.follower.origins(inputs)
            self.reads.setdefault(name, set()).update(origins - {name})
            self.follower.mark(output, frozenset({name}))
            self.calls[name].setdefault(layer, Call(tuple(inputs[0].shape[1:]), tuple(output.shape[1:]), origins))

        return layer.register_forward_hook(note)

    @contextmanager
    def watching(self, batch: Batch):
        """Within it layers tell what they read."""
        self.reads, self.follower = {}, Follower()
        handles = [self.watch(name, layer) for name, part in self.parts.items() for layer in leaves(part)]
        if isinstance(self.model, Prior):
            vars(self.model)["prior"] = self.marked(self.model.prior)
        self.follower.mark(batch.x, frozenset({PICTURE}))
        self.follower.mark(batch.y, frozenset({CLASS}))
        try:
            with self.follower:
                yield
        finally:
            for handle in handles:
                handle.remove()
            vars(self.model).pop("prior", None)

    def marked(self, prior: Callable[..., Tensor]) -> Callable[..., Tensor]:
        """The prior, whose draws are known to be noise where no network makes them."""

        def draw(*args):
            z = prior(*args)
            self.follower.mark(z, self.follower.origins(z) or frozenset({NOISE}))
            return z

        return draw

    def run(self, turn: Turn, batch: Batch) -> Step:
        """One turn's loss.  A network that reads what comes from nowhere reads noise."""
        with self.watching(batch):
            loss = self.follower.origins(turn.loss(batch, torch.Generator().manual_seed(0))["loss"])
        moved = {id(p) for p in turn.net.parameters()}
        moves = {name for name in self.reads if any(id(p) in moved for part in self.parts[name] for p in part.parameters())}
        return Step(turn, {name: frozenset(sources or {NOISE}) for name, sources in self.reads.items()}, loss, frozenset(moves))

    def net(self, name: str, picture: tuple[int, ...]) -> Net:
        """A network that has been run; not its normalisations, nor where the class enters beside what it reads."""
        calls = list(self.calls[name].items())
        layers = [
            Layer(type(layer).__name__.removeprefix("Parametrized"), call.outputs)
            for layer, call in calls
            if not isinstance(layer, NORMS) and call.origins != {CLASS}
        ]
        inputs = picture if PICTURE in calls[0][1].origins else calls[0][1].inputs
        parameters = sum(p.numel() for part in self.parts[name] for p in part.parameters())
        return Net(name, parameters, inputs, tuple(blocks(fold(layers))))


@dataclass(frozen=True)
class Training:
    nets: tuple[Net, ...]
    steps: tuple[Step, ...]


@torch.inference_mode(False)
def trace(info: Info) -> Training:
    """The networks of a checkpoint's model and the turns that train it."""
    network = FAMILIES[info.model].network
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(0)
        model = network(network.Config(**info.config))
        objective = objectives.build(info.objective or FAMILIES[info.model].objective, model)
        recorder, c = Recorder(model), model.config
        batch = Batch(torch.rand(BATCH, c.channels, c.size, c.size), torch.arange(BATCH) % max(len(info.labels), c.classes, 1))
        steps = tuple(recorder.run(turn, batch) for turn in objective.turns())
    return Training(tuple(recorder.net(name, tuple(batch.x.shape[1:])) for name, calls in recorder.calls.items() if calls), steps)
