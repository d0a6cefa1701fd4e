"""What one can do with a trained model.  Pure functions: model and tensors in, images out; randomness is `rng`.

Every model here is frozen and in eval mode, as `genlib.load` returns it.
"""

from genlib.ops.inversion import Descent, invert
from genlib.ops.latent import classes_of, decode, draw, encode, interpolate, reconstruct, redraws, swap
from genlib.ops.pixels import complete, entropy, guidance_of, guided_logits, influence
from genlib.ops.repair import inpaint

__all__ = [
    "Descent",
    "invert",
    "classes_of",
    "complete",
    "decode",
    "draw",
    "encode",
    "entropy",
    "guidance_of",
    "guided_logits",
    "influence",
    "inpaint",
    "interpolate",
    "reconstruct",
    "redraws",
    "swap",
]
