"""CVAE-GAN.  Bao et al., ICCV 2017, arXiv:1703.10155, figure 2: a CVAE whose decoder is also judged.

    x, c ──E──► z ──G(z, c)──► x' ──► D: real?  and  ──► C: which class?

E and G are the CVAE's.  D and C only teach: sampling, swapping and repair use E and G alone.
Loss: genlib/objectives/cvae_gan.py.  Recipes: "cvaegan-mnist" …
"""

from torch import Tensor, nn

from genlib.models.cvae import CVAE, CVAEConfig
from genlib.models.layers import Downsampler


class Judge(nn.Module):
    """A network whose last dense layer reads features f(x): the discriminator D (1 output) or classifier C (K)."""

    def __init__(self, config: CVAEConfig, outputs: int):
        super().__init__()
        c = config
        self.body = Downsampler(c.channels, c.size, c.width, c.depth, c.features)
        self.head = nn.Linear(c.features, outputs)

    def features(self, x: Tensor) -> Tensor:
        """f(x), the input of the last dense layer, (B, F)."""
        return self.body(x)

    def logits(self, x: Tensor) -> Tensor:
        return self.head(self.body(x))


class CVAEGAN(CVAE):
    teachers = ("discriminator", "classifier")  # only these are stored in half precision

    def __init__(self, config: CVAEConfig):
        super().__init__(config)
        self.discriminator = Judge(config, 1)
        self.classifier = Judge(config, config.classes)
