"""What made each released checkpoint, and the figures it must reach.  A recipe is a value, read by the command line and tests.

Sized for two CPU cores without bfloat16 units.  Measured there, a batch of 128 forward and back: autocast to
bfloat16 10 to 20 times slower than float32; channels_last 1.4 to 1.8 times faster for strided and transposed
convolutions, no faster for PixelCNN.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from genlib import data
from genlib.models.classifier import Classifier, ClassifierConfig
from genlib.models.cvae import CVAE, CVAEConfig
from genlib.models.cvae_gan import CVAEGAN
from genlib.models.pixelcnn import PixelCNN, PixelCNNConfig
from genlib.models.pixelgan import PixelGAN, PixelGANConfig
from genlib.models.pixelrnn import PixelRNN, PixelRNNConfig
from genlib.models.vae import AE, VAE, VAEConfig
from genlib.objectives.base import Objective
from genlib.objectives.classification import Classification
from genlib.objectives.cvae_gan import CVAEGANObjective, Weights
from genlib.objectives.elbo import ELBO, gaussian_elbo
from genlib.objectives.likelihood import Likelihood
from genlib.objectives.pixelgan import PixelGANObjective
from genlib.objectives.reconstruction import Reconstruction


def unchanged(x: Tensor, _rng: torch.Generator) -> Tensor:
    return x


@dataclass(frozen=True)
class Recipe:
    dataset: str
    model: Callable[[], nn.Module]
    objective: Callable[[nn.Module], Objective]
    steps: int
    batch: int = 128
    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    ema: float = 0.0  # how much of the weights' moving average a batch keeps; 0 for none
    seed: int = 0
    memory_format: torch.memory_format = torch.contiguous_format
    augment: Callable[[Tensor, torch.Generator], Tensor] = unchanged

    def build(self) -> Objective:
        """The objective around a model freshly initialised from the recipe's seed."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            return self.objective(self.model().to(memory_format=self.memory_format))

    def options(self) -> dict:
        """The keyword arguments of `genlib.train.Run`."""
        names = ("lr", "betas", "weight_decay", "ema", "seed")
        return {name: getattr(self, name) for name in names}


def classifier(dataset: str, steps: int, augment=unchanged, config=ClassifierConfig(), batch=128, ema=0.995) -> Recipe:  # noqa: B008
    return Recipe(
        dataset, lambda: Classifier(config), lambda m: Classification(m, smoothing=0.05), steps=steps, batch=batch,
        lr=3e-3, weight_decay=0.02, ema=ema, memory_format=torch.channels_last, augment=augment,
    )  # fmt: skip


def dense(model, objective, dataset: str, epochs: int) -> Recipe:
    return Recipe(dataset, lambda: model(VAEConfig()), objective, steps=epochs * 468, lr=1e-3, ema=0.999, seed=1)


def cvae(dataset: str, steps: int, config=CVAEConfig(), beta=1.0, batch=128) -> Recipe:  # noqa: B008
    # E and G of the CVAE-GAN by the pixels of eq. 7 and by L_KL alone: the difference is what D and C add.
    return Recipe(
        dataset, lambda: CVAE(config), lambda m: gaussian_elbo(m, beta), steps=steps, batch=batch,
        lr=1e-3, ema=0.995, seed=2, memory_format=torch.channels_last,
    )  # fmt: skip


def cvaegan(dataset: str, steps: int, config=CVAEConfig(), weights=Weights(), batch=128, ema=0.998) -> Recipe:  # noqa: B008
    return Recipe(
        dataset, lambda: CVAEGAN(config), lambda m: CVAEGANObjective(m, weights), steps=steps, batch=batch,
        lr=1e-3, betas=(0.5, 0.999), ema=ema, seed=3, memory_format=torch.channels_last,
    )  # fmt: skip


def pixelcnn(dataset: str, steps: int, config: PixelCNNConfig, augment=unchanged, batch=8, lr=4e-3) -> Recipe:
    # Many small batches: at equal time 8 pictures a batch came further than 16, and 4e-3 or 5e-3 further than 2e-3.
    return Recipe(
        dataset, lambda: PixelCNN(config), Likelihood,
        steps=steps, batch=batch, lr=lr, ema=0.998, seed=4, augment=augment,
    )  # fmt: skip


def pixelrnn(dataset: str, steps: int, config: PixelRNNConfig) -> Recipe:
    return Recipe(
        dataset, lambda: PixelRNN(config), Likelihood,
        steps=steps, batch=8, lr=3e-3, ema=0.998, seed=5, augment=data.binarised,
    )  # fmt: skip


def pixelgan(dataset: str, steps: int) -> Recipe:
    return Recipe(
        dataset, lambda: PixelGAN(PixelGANConfig()), PixelGANObjective, steps=steps, batch=8, lr=3e-3, ema=0.998, seed=6
    )


# The light is a direction: few numbers hold it, and what is left of the person does not fit in.
FACES = CVAEConfig(size=64, classes=38, latent_dim=4, depth=4, style=64, level=True)
SPRITES = CVAEConfig(channels=3, size=64, classes=6**4, latent_dim=8, depth=4, factors=(6, 6, 6, 6))
# For 64×64: 20 a pixel, so that D and C do not draw over what was there.
SPRITE = Weights(kl=0.5, pairwise=20.0, swapped=0.5)
FACE = Weights(kl=1.0, pairwise=20.0, swapped=0.5, leak=50.0)


# 256 levels of grey, told apart by their waves.
GREYS = PixelCNNConfig(width=48, frequencies=8)


def reader(c: CVAEConfig) -> ClassifierConfig:
    """An evaluation classifier's config for the pictures and classes of a CVAE's."""
    return ClassifierConfig(channels=c.channels, size=c.size, classes=c.classes, factors=c.factors, shrink=2)


RECIPES: dict[str, Recipe] = {
    "classifier-mnist": classifier("mnist", 6 * 468, data.jitter),
    "classifier-fashion": classifier("fashion", 12 * 468, data.flip_and_shift),
    "ae2d-mnist": dense(AE, Reconstruction, "mnist", 12),
    "vae2d-mnist": dense(VAE, ELBO, "mnist", 40),
    "vae2d-fashion": dense(VAE, ELBO, "fashion", 20),
    "cvae-mnist": cvae("mnist", 5 * 468),
    "cvae-fashion": cvae("fashion", 5 * 468),
    "cvaegan-mnist": cvaegan("mnist", 3400),
    "cvaegan-fashion": cvaegan("fashion", 4400),
    "classifier-faces": classifier("faces", 1200, data.exposure, reader(FACES), batch=64, ema=0.99),
    "cvae-faces": cvae("faces", 1400, FACES, beta=FACE.kl / FACE.pairwise, batch=64),
    "cvaegan-faces": cvaegan("faces", 1400, FACES, FACE, batch=64, ema=0.995),
    "classifier-sprites": classifier("sprites", 1000, config=reader(SPRITES), batch=64, ema=0.99),
    "cvaegan-sprites": cvaegan("sprites", 2800, SPRITES, SPRITE, batch=64, ema=0.995),
    "pixelcnn-mnist": pixelcnn("mnist", 11_000, GREYS),
    "pixelcnn-fashion": pixelcnn("fashion", 6000, GREYS),
    "pixelcnn-mnistbin": pixelcnn("mnistbin", 7200, PixelCNNConfig(classes=0, levels=2), data.binarised, batch=16, lr=2e-3),
    "pixelrnn-row-mnistbin": pixelrnn("mnistbin", 12_000, PixelRNNConfig(kind="row", width=32, depth=3)),
    "pixelrnn-diag-mnistbin": pixelrnn("mnistbin", 9000, PixelRNNConfig(kind="diagonal", width=24, depth=2)),
    "pixelgan-mnist": pixelgan("mnist", 4000),
}
