"""A second device without a second device: tensors that are on this machine's CPU and say they are elsewhere.

Within `SecondDevice()` an operation that is given one of them and a tensor of the CPU fails, as it would with a GPU.
Numbers of no axis may travel, as they may in PyTorch.
"""

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = torch.device("meta")  # the name alone: a device that every build of PyTorch knows
COPIES = (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default)


class Elsewhere(Tensor):
    """A tensor of the second device, around one of the CPU."""

    @staticmethod
    def __new__(cls, inner: Tensor):
        return Tensor._make_wrapper_subclass(cls, inner.shape, dtype=inner.dtype, device=DEVICE, strides=inner.stride())

    def __init__(self, inner: Tensor):
        self.inner = inner

    def __repr__(self) -> str:
        return f"Elsewhere({self.inner!r})"

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return run(func, args, kwargs or {})


class SecondDevice(TorchDispatchMode):
    """While it lasts, what is made on or moved to the second device is there."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return run(func, args, kwargs or {})


def inside(value):
    return value.inner if isinstance(value, Elsewhere) else value


def outside(value):
    return Elsewhere(value) if isinstance(value, Tensor) and not isinstance(value, Elsewhere) else value


def run(func, args, kwargs):
    kwargs = dict(kwargs)
    to = kwargs.pop("device", None)
    given = [t for t in tree_leaves((args, kwargs)) if isinstance(t, Tensor)]
    here = [t for t in given if not isinstance(t, Elsewhere) and t.ndim]
    there = any(isinstance(t, Elsewhere) for t in given)
    if here and there and func not in COPIES:
        raise RuntimeError(f"{func} is given a tensor of the CPU, {tuple(here[0].shape)}, beside one that is elsewhere")
    out = func(*tree_map(inside, args), **tree_map(inside, kwargs), **({"device": to} if to is not None and torch.device(to) != DEVICE else {}))
    if func._schema.is_mutable and func._schema.name.split("::")[1].endswith("_"):
        return args[0]  # in place: what it was given
    goes = there if to is None else torch.device(to) == DEVICE
    return tree_map(outside, out) if goes else out


def send(module: nn.Module) -> nn.Module:
    """The module with its parameters and buffers elsewhere."""
    for part in module.modules():
        for name, parameter in list(part._parameters.items()):
            if parameter is not None:
                part._parameters[name] = nn.Parameter(Elsewhere(parameter.detach()), requires_grad=parameter.requires_grad)
        for name, buffer in list(part._buffers.items()):
            if buffer is not None:
                part._buffers[name] = Elsewhere(buffer)
    return module
