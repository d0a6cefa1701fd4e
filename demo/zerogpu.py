"""A free Space runs on ZeroGPU: a GPU is lent to a process that is forked for it, a while at a time, and is not there else.

What the page draws is drawn on a CPU before a GPU would have been handed over; what it trains is lent one, a stint at a time.
It is imported before torch, which `spaces` then keeps from looking for the GPU.
"""

import os
import time
from collections.abc import Iterator

STINT = 20.0  # seconds that a run keeps the GPU: to be halted it waits for their end
DURATION = 40  # seconds that are asked for: the GPU's own start is among them
DEVICE = "cuda"


def is_there() -> bool:
    return bool(os.environ.get("SPACES_ZERO_GPU"))


def gpu(function):
    """The function, marked for ZeroGPU where the `spaces` package is installed, as it is on a Space; elsewhere as it was."""
    try:
        import spaces  # pyright: ignore[reportMissingImports]  # only a Space has it
    except ModuleNotFoundError as error:
        if error.name != "spaces":
            raise
        return function
    return spaces.GPU(duration=DURATION)(function)


@gpu
def learn(task, budget, state: tuple[bytes, str], pace: float) -> Iterator[tuple[bytes, str]]:
    """A stint of the Learner of `task` and `budget` whose state it is: its state every `pace` seconds."""
    import torch

    from genlib.learning import Learner

    torch.set_num_threads(1)  # a fork has none of its parent's threads, and would wait for them
    task.run.to(DEVICE)
    learner = Learner(task, budget)
    learner.restore(state)
    until, goes_on = time.monotonic() + STINT, True
    while goes_on:
        goes_on = learner.advance(pace) and time.monotonic() < until
        yield learner.state()
