"""What one can do with a trained model.  Pure functions: model and tensors in, images out; randomness is `rng`.

Every model here is frozen and in eval mode, as `genlib.load` returns it.
"""

from genlib.ops.inspection import distribution, entropy, influence, receptive_field
from genlib.ops.inversion import Descent, invert
from genlib.ops.latent import (
    class_rows,
    decode,
    device_of,
    draw,
    encode,
    interpolate,
    is_autoencoder,
    neighbours,
    num_classes,
    reconstruct,
    swap,
    swap_partly,
)
from genlib.ops.moments import lean
from genlib.ops.paths import bend, blend, slerp, walk
from genlib.ops.pixels import complete, guidance_of, guided_logits
from genlib.ops.repair import change_per_pass, inpaint

__all__ = [
    "Descent",
    "bend",
    "blend",
    "invert",
    "change_per_pass",
    "class_rows",
    "complete",
    "device_of",
    "decode",
    "distribution",
    "draw",
    "encode",
    "entropy",
    "guidance_of",
    "guided_logits",
    "influence",
    "inpaint",
    "interpolate",
    "is_autoencoder",
    "lean",
    "neighbours",
    "num_classes",
    "receptive_field",
    "reconstruct",
    "slerp",
    "swap",
    "swap_partly",
    "walk",
]
