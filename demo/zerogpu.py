"""A free Space runs on ZeroGPU, which starts no page that has no function for its GPU.

Ours needs none: its models draw on a CPU before a GPU would have been handed over.  So the one it names is never called.
"""


def gpu(function):
    """The function, marked for ZeroGPU where the `spaces` package is installed, as it is on a Space; elsewhere as it was."""
    try:
        import spaces  # pyright: ignore[reportMissingImports]  # only a Space has it
    except ModuleNotFoundError as error:
        if error.name != "spaces":
            raise
        return function
    return spaces.GPU(function)


@gpu
def idle() -> None:
    """What ZeroGPU looks for when the page starts."""
