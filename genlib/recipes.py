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
from genlib.models.vae import AE, VAE, VAEConfig
from genlib.objectives.base import Objective
from genlib.objectives.classification import Classification
from genlib.objectives.cvae_gan import CVAEGANObjective, Weights
from genlib.objectives.elbo import ELBO, gaussian_elbo
from genlib.objectives.likelihood import Likelihood
from genlib.objectives.reconstruction import Reconstruction


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
    augment: Callable[[Tensor, torch.Generator], Tensor] = lambda x, _rng: x

    def build(self) -> Objective:
        """The objective around a model freshly initialised from the recipe's seed."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            return self.objective(self.model().to(memory_format=self.memory_format))

    def options(self) -> dict:
        """The keyword arguments of `genlib.train.Run`."""
        names = ("lr", "betas", "weight_decay", "ema", "seed")
        return {name: getattr(self, name) for name in names}


def classifier(dataset: str, steps: int, augment) -> Recipe:
    return Recipe(
        dataset, lambda: Classifier(ClassifierConfig()), lambda m: Classification(m, smoothing=0.05),
        steps=steps, lr=3e-3, weight_decay=0.02, ema=0.995, memory_format=torch.channels_last, augment=augment,
    )  # fmt: skip


def dense(model, objective, dataset: str, epochs: int) -> Recipe:
    return Recipe(dataset, lambda: model(VAEConfig()), objective, steps=epochs * 468, lr=1e-3, ema=0.999, seed=1)


def cvae(dataset: str) -> Recipe:
    # E and G of the CVAE-GAN by the pixels of eq. 7 and by L_KL alone: the difference is what D and C add.
    return Recipe(
        dataset,
        lambda: CVAE(CVAEConfig()),
        gaussian_elbo,
        steps=5 * 468, lr=1e-3, ema=0.995, seed=2, memory_format=torch.channels_last,
    )  # fmt: skip


def cvaegan(dataset: str, steps: int) -> Recipe:
    return Recipe(
        dataset, lambda: CVAEGAN(CVAEConfig()), CVAEGANObjective,
        steps=steps, lr=1e-3, betas=(0.5, 0.999), ema=0.998, seed=3,
        memory_format=torch.channels_last,
    )  # fmt: skip


FACES = CVAEConfig(size=64, classes=38, depth=4)
SPRITES = CVAEConfig(channels=3, size=64, classes=6**4, depth=4, factors=(6, 6, 6, 6))
FACE_WEIGHTS = Weights(kl=0.5, pairwise=10.0, swapped=0.5)


def faces_classifier(steps: int) -> Recipe:
    config = ClassifierConfig(size=64, classes=38, shrink=2)
    return Recipe(
        "faces", lambda: Classifier(config), lambda m: Classification(m, smoothing=0.05),
        steps=steps, batch=64, lr=3e-3, weight_decay=0.02, ema=0.99, memory_format=torch.channels_last, augment=data.exposure,
    )  # fmt: skip


def faces_cvaegan(steps: int) -> Recipe:
    return Recipe(
        "faces", lambda: CVAEGAN(FACES), lambda m: CVAEGANObjective(m, FACE_WEIGHTS),
        steps=steps, batch=64, lr=1e-3, betas=(0.5, 0.999), ema=0.995, seed=3, memory_format=torch.channels_last,
    )  # fmt: skip


def faces_cvae(steps: int) -> Recipe:
    # The same E and G by the same pixels against the same KL: see `cvae`.
    return Recipe(
        "faces", lambda: CVAE(FACES), lambda m: gaussian_elbo(m, FACE_WEIGHTS.kl / FACE_WEIGHTS.pairwise),
        steps=steps, batch=64, lr=1e-3, ema=0.995, seed=2, memory_format=torch.channels_last,
    )  # fmt: skip


def pixelcnn(dataset: str, steps: int) -> Recipe:
    return Recipe(
        dataset, lambda: PixelCNN(PixelCNNConfig()), Likelihood,
        steps=steps, batch=16, lr=2e-3, ema=0.998, seed=4,
    )  # fmt: skip


def sprites_classifier(steps: int) -> Recipe:
    config = ClassifierConfig(channels=3, size=64, classes=6**4, factors=(6, 6, 6, 6), shrink=2)
    return Recipe(
        "sprites", lambda: Classifier(config), lambda m: Classification(m, smoothing=0.05),
        steps=steps, batch=64, lr=3e-3, weight_decay=0.02, ema=0.99, memory_format=torch.channels_last,
    )  # fmt: skip


def sprites_cvaegan(steps: int) -> Recipe:
    return Recipe(
        "sprites", lambda: CVAEGAN(SPRITES), lambda m: CVAEGANObjective(m, FACE_WEIGHTS),
        steps=steps, batch=64, lr=1e-3, betas=(0.5, 0.999), ema=0.995, seed=3, memory_format=torch.channels_last,
    )  # fmt: skip


RECIPES: dict[str, Recipe] = {
    "classifier-mnist": classifier("mnist", 6 * 468, data.jitter),
    "classifier-fashion": classifier("fashion", 12 * 468, data.flip_and_shift),
    "ae2d-mnist": dense(AE, Reconstruction, "mnist", 12),
    "vae2d-mnist": dense(VAE, ELBO, "mnist", 40),
    "vae2d-fashion": dense(VAE, ELBO, "fashion", 20),
    "cvae-mnist": cvae("mnist"),
    "cvae-fashion": cvae("fashion"),
    "cvaegan-mnist": cvaegan("mnist", 3400),
    "cvaegan-fashion": cvaegan("fashion", 4400),
    "classifier-faces": faces_classifier(1200),
    "cvae-faces": faces_cvae(1500),
    "cvaegan-faces": faces_cvaegan(2000),
    "classifier-sprites": sprites_classifier(1000),
    "cvaegan-sprites": sprites_cvaegan(2500),
    "pixelcnn-mnist": pixelcnn("mnist", 9300),
}
