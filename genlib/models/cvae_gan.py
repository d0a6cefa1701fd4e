"""CVAE-GAN.  Bao et al., ICCV 2017, arXiv:1703.10155, figure 2: a CVAE whose decoder is also judged.

    x, c ──E──► z ──G(z, c)──► x' ──► D: real?  and  ──► C: which class?

E and G are the CVAE's.  D and C only teach: sampling, swapping and repair use E and G alone.
Loss: genlib/objectives/cvae_gan.py.  Recipes: "cvaegan-mnist" …
"""

from torch import Tensor, nn

from genlib.models.classifier import Classifier, ClassifierConfig
from genlib.models.cvae import CVAE, CVAEConfig
from genlib.models.layers import Downsampler


class Discriminator(nn.Module):
    """D: strided convolutions without BatchNorm, whose last dense layer reads features f_D(x)."""

    def __init__(self, c: CVAEConfig):
        super().__init__()
        self.body = Downsampler(c.channels, c.size, c.width, c.depth, c.features)
        self.head = nn.Linear(c.features, 1)

    def features(self, x: Tensor) -> Tensor:
        """f(x), the input of the last dense layer, (B, F)."""
        return self.body(x)

    def logits(self, x: Tensor) -> Tensor:
        return self.head(self.body(x))


class CVAEGAN(CVAE):
    fp16_modules = ("discriminator", "classifier", "encoder", "generator")  # half precision is far finer than 256 levels of grey

    def __init__(self, config: CVAEConfig):
        super().__init__(config)
        self.discriminator = Discriminator(config)
        # C reads as well as the evaluation classifier does, or G would learn to please a poor reader.
        c, shrink = config, max(1, config.size // 32)
        classifier_config = ClassifierConfig(c.channels, c.size, c.classes, c.width // 2, c.features, factors=c.factors, shrink=shrink)
        self.classifier = Classifier(classifier_config)

    def score(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """D's logit of "real", whatever the class: (B, C, H, W) in [0, 1] -> (B,)."""
        return self.discriminator.logits(x).squeeze(1)
