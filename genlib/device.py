"""Where a model trains or is measured: the CPU, or what PyTorch finds beside it."""

import torch

from genlib.errors import Problem

DEVICES = ("auto", "cpu", "cuda", "mps")


class NoDevice(Problem, ValueError):
    """The device asked for is not here."""


def choose_device(name: str = "auto") -> torch.device:
    """The device of that name; auto is the first of cuda, mps, cpu that is here.  Raises NoDevice."""
    here = [kind for kind, available in (("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available()), ("cpu", True)) if available]
    if name == "auto":
        return torch.device(here[0])
    if name not in here:
        raise NoDevice("there is no {device} here; there is {here}", device=name, here=", ".join(here))
    return torch.device(name)
