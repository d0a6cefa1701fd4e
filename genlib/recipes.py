"""What made each released checkpoint, and the figures it must reach.  A recipe is a value, read by the command line and tests.

Sized for two CPU cores without bfloat16 units.  Measured there, a batch of 128 forward and back: autocast to
bfloat16 10 to 20 times slower than float32; channels_last 1.4 to 1.8 times faster for strided and transposed
convolutions, no faster for PixelCNN.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from genlib import data
from genlib.models.aegan import AEGAN, AEGANConfig
from genlib.models.cgan import CGAN, CGANConfig
from genlib.models.classifier import Classifier, ClassifierConfig
from genlib.models.cvae import CVAE, CVAEConfig
from genlib.models.cvae_gan import CVAEGAN
from genlib.models.dcgan import DCGAN, DCGANConfig
from genlib.models.gan import GAN, GANConfig
from genlib.models.lenet import LeNet, LeNetConfig
from genlib.models.pixelcnn import PixelCNN, PixelCNNConfig
from genlib.models.pixelgan import PixelGAN, PixelGANConfig
from genlib.models.pixelrnn import PixelRNN, PixelRNNConfig
from genlib.models.ssgan import SSGAN, SSGANConfig
from genlib.models.vae import AE, VAE, VAEConfig
from genlib.models.wae import WAEGAN
from genlib.models.wgan import WGAN, WGANGP, WGANConfig
from genlib.objectives.adversarial import Adversarial
from genlib.objectives.aegan import AEGANObjective
from genlib.objectives.base import Objective
from genlib.objectives.classification import Classification
from genlib.objectives.cvae_gan import CVAEGANObjective, Weights
from genlib.objectives.elbo import ELBO, gaussian_elbo
from genlib.objectives.likelihood import Likelihood
from genlib.objectives.reconstruction import Reconstruction
from genlib.objectives.semi_supervised import SemiSupervised
from genlib.objectives.wae import WAE, PixelWAE
from genlib.objectives.wasserstein import WGANGPObjective, WGANObjective

Model = TypeVar("Model", bound=nn.Module)


@dataclass(frozen=True)
class Recipe(Generic[Model]):
    dataset: str
    model: Callable[[], Model]
    objective: Callable[[Model], Objective]
    steps: int
    batch: int = 128
    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    ema: float = 0.0  # how much of the weights' moving average a batch keeps; 0 for none
    seed: int = 0
    memory_format: torch.memory_format = torch.contiguous_format
    augment: Callable[[Tensor, torch.Generator], Tensor] = data.identity
    labels_per_class: int = 0  # where few are known; 0 for all
    film: bool = False  # whether the run keeps a film of itself, see genlib/film.py

    def build(self) -> Objective:
        """The objective around a model freshly initialised from the recipe's seed."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            return self.objective(self.model().to(memory_format=self.memory_format))

    def batches(self, images: data.Images) -> data.Batches | data.FewLabels:
        """The batches of a training set as this recipe sees them."""
        batches = data.Batches(images, self.batch, self.seed, self.augment)
        return data.FewLabels(batches, self.labels_per_class) if self.labels_per_class else batches

    def options(self) -> dict:
        """The keyword arguments of `genlib.train.Run`."""
        names = ("lr", "betas", "weight_decay", "ema", "seed")
        return {name: getattr(self, name) for name in names}


def classifier(dataset: str, steps: int, augment=data.identity, config=ClassifierConfig(), batch=128, ema=0.995) -> Recipe:  # noqa: B008
    return Recipe(
        dataset, lambda: Classifier(config), lambda m: Classification(m, smoothing=0.05), steps=steps, batch=batch,
        lr=3e-3, weight_decay=0.02, ema=ema, memory_format=torch.channels_last, augment=augment,
    )  # fmt: skip


def lenet(dataset: str, steps: int, augment) -> Recipe:
    return Recipe(
        dataset, lambda: LeNet(LeNetConfig()), Classification, steps=steps, lr=2e-3, weight_decay=0.01, ema=0.995, seed=11, augment=augment,
    )  # fmt: skip


def dense(model, objective, dataset: str, epochs: int, config=VAEConfig(), lr=1e-3) -> Recipe:  # noqa: B008
    return Recipe(dataset, lambda: model(config), objective, steps=epochs * 468, lr=lr, ema=0.999, seed=1)


# By squared error: on Fashion the reconstructions of 2e-3 have a FID of 4.9 where 1e-3 with half the batches had 10.
AUTOENCODER_LR = {"mnist": 1e-3, "fashion": 2e-3}


def autoencoders(dataset: str) -> dict[str, Recipe]:
    """Ways to ask something of the codes, of one net: nothing, KL, D of codes, G1 that draws them; all but three by squared error.

    vae, vaelow and vaehigh draw Bernoulli pixels, at three weights of KL: rows of their own.
    """
    nets: dict[str, Any] = {"hidden": (512, 256), "decoder_hidden": (512, 1024)}
    wide, narrow = VAEConfig(latent_dim=32, **nets), VAEConfig(latent_dim=32, hidden=(512, 256))
    kinds = {
        "ae": (AE, Reconstruction, wide), "vaegauss": (VAE, gaussian_elbo, wide),
        "waegan": (WAEGAN, lambda m: WAE(m, r1=1.0), VAEConfig(latent_dim=8, **nets)),
        "vae": (VAE, ELBO, narrow), "vaelow": (VAE, lambda m: ELBO(m, 0.1), narrow), "vaehigh": (VAE, lambda m: ELBO(m, 10.0), narrow),
    }  # fmt: skip
    rates = {"ae": AUTOENCODER_LR[dataset], "vaegauss": AUTOENCODER_LR[dataset]}
    made = {f"{kind}-{dataset}": dense(model, loss, dataset, 20, config, rates.get(kind, 1e-3)) for kind, (model, loss, config) in kinds.items()}
    made |= {f"aegan-{dataset}": aegan(dataset, 16_000, AEGANConfig(latent_dim=32, **nets))}
    return {name: replace(recipe, film=True) for name, recipe in made.items()}


def aegan(dataset: str, steps: int, config: AEGANConfig) -> Recipe:
    lr = 1e-3
    return Recipe(
        dataset, lambda: AEGAN(config), lambda m: AEGANObjective(m, autoencoder_lr=AUTOENCODER_LR[dataset] / lr),
        steps=steps, lr=lr, ema=0.999, seed=1,
    )  # fmt: skip


def planes() -> dict[str, Recipe]:
    """VAEs of digits with a 2-D latent at weights of KL from none to far too much: decoders small enough to slide over."""
    small = VAEConfig(hidden=(512, 256), decoder_hidden=(64, 96))
    betas = (0, 0.1, 0.3, 1, 3, 10, 30)
    return {f"vae2dbeta{beta}-mnist": dense(VAE, lambda m, beta=beta: ELBO(m, float(beta)), "mnist", 12, small) for beta in betas}


def adversarial(dataset: str, model, objective, steps: int, lr=2e-4, betas=(0.5, 0.999), seed=7, batch=128) -> Recipe:
    return Recipe(
        dataset, model, objective, steps=steps, batch=batch, lr=lr, betas=betas, ema=0.999, seed=seed, memory_format=torch.channels_last, film=True
    )


# On clothes 4,680 batches drew .906 of what was asked at a FID of 6.6; 8,000 draw .914 at 4.2.
CGAN_STEPS = {"mnist": 4680, "fashion": 8000}


def gans(dataset: str) -> dict[str, Recipe]:
    """The adversarial families on one data set.  β₁ = 0 makes Adam the RMSProp that WGAN asks for."""
    return {
        f"gan-{dataset}": adversarial(dataset, lambda: GAN(GANConfig()), Adversarial, 9360),
        f"dcgan-{dataset}": dcgan(dataset),
        f"cgan-{dataset}": adversarial(dataset, lambda: CGAN(CGANConfig()), Adversarial, CGAN_STEPS[dataset], lr=5e-4),
        f"wgan-{dataset}": wgan(dataset),
        f"wgangp-{dataset}": wgangp(dataset),
    }


def wgan(dataset: str) -> Recipe:
    # Of clothes' critic .35 of the weights lay at the ends of the box, and .54 once it goes on while G stands still; of digits' .68 do so.
    steps, alone = {"mnist": (27_000, 0.0), "fashion": (30_000, 0.2)}[dataset]
    objective = partial(WGANObjective, alone=alone)
    return adversarial(dataset, lambda: WGAN(WGANConfig()), objective, steps, lr=5e-4, betas=(0.0, 0.99), batch=64)


def wgangp(dataset: str) -> Recipe:
    # G every second batch, not every fifth: of as many batches it has 2.5 times the moves.
    objective = partial(WGANGPObjective, every=2, hold=0.5)
    lr = {"mnist": 1e-3, "fashion": 5e-4}[dataset]  # on digits the higher: FID 13.0 where 5e-4 had 15.8
    return adversarial(dataset, lambda: WGANGP(DCGANConfig()), objective, 24_000, lr=lr, betas=(0.0, 0.9), batch=64)


def dcgan(dataset: str) -> Recipe:
    # R1 instead of BatchNorm in D: at equal time a FID a third lower on MNIST, where BatchNorm stayed behind the VAE.
    return Recipe(
        dataset, lambda: DCGAN(DCGANConfig(norm=False)), lambda m: Adversarial(m, r1=0.2, hold=0.5),
        steps=8000, lr=1e-3, betas=(0.0, 0.99), ema=0.999, seed=7, memory_format=torch.channels_last, film=True,
    )  # fmt: skip


def dcgan_collapsed() -> Recipe:
    """Made to fail: D learns forty times slower than G, which gives it what it likes best and nothing else."""
    return adversarial("mnist", lambda: DCGAN(DCGANConfig()), lambda m: Adversarial(m, discriminator_lr=0.025), 1000, lr=2e-3)


def ssgan(labels_per_class: int, steps: int) -> Recipe:
    return Recipe(
        "mnist", lambda: SSGAN(SSGANConfig()), lambda m: SemiSupervised(m, consistency=1.0, hold=0.5), steps=steps, batch=100, lr=3e-3, betas=(0.5, 0.999), ema=0.999,
        seed=8, labels_per_class=labels_per_class, memory_format=torch.channels_last, film=True,
    )  # fmt: skip


def cvae(dataset: str, steps: int, config=CVAEConfig(), beta=1.0, batch=128) -> Recipe:  # noqa: B008
    # E and G of the CVAE-GAN by the pixels of eq. 7 and by L_KL alone: the difference is what D and C add.
    return Recipe(
        dataset, lambda: CVAE(config), lambda m: gaussian_elbo(m, beta), steps=steps, batch=batch,
        lr=1e-3, ema=0.995, seed=2, memory_format=torch.channels_last, film=True,
    )  # fmt: skip


def cvaegan(dataset: str, steps: int, config=CVAEConfig(), weights=Weights(), batch=128, ema=0.998) -> Recipe:  # noqa: B008
    return Recipe(
        dataset, lambda: CVAEGAN(config), lambda m: CVAEGANObjective(m, weights), steps=steps, batch=batch,
        lr=1e-3, betas=(0.5, 0.999), ema=ema, seed=3, memory_format=torch.channels_last, film=True,
    )  # fmt: skip


def pixelcnn(dataset: str, steps: int, config: PixelCNNConfig, augment=data.identity, batch=8, lr=4e-3, **weights) -> Recipe:
    # Many small batches: at equal time 8 pictures a batch came further than 16, and 4e-3 or 5e-3 further than 2e-3.
    return Recipe(
        dataset, lambda: PixelCNN(config), lambda m: Likelihood(m, **weights),
        steps=steps, batch=batch, lr=lr, ema=0.998, seed=4, augment=augment, film=dataset == "mnistbin",  # of greys a film's samples take a quarter of an hour
    )  # fmt: skip


def pixelrnn(dataset: str, steps: int, config: PixelRNNConfig) -> Recipe:
    return Recipe(
        dataset, lambda: PixelRNN(config), Likelihood,
        steps=steps, batch=8, lr=3e-3, ema=0.998, seed=5, augment=data.binarise, film=True,
    )  # fmt: skip


def pixelgan(dataset: str, steps: int) -> Recipe:
    # Categories alone, and a PixelCNN that sees no farther than five pixels: the shape of the whole is then z's to say.
    config = PixelGANConfig(
        classes=0,
        categories=30,
        latent_dim=30,
        levels=2,
        width=16,
        dilations=(1, 1),
        frequencies=0,
        class_map=True,
    )
    return Recipe(
        dataset, lambda: PixelGAN(config), lambda m: PixelWAE(m, adversarial=30.0, r1=1.0, hold=0.5, moved=True, every=4),
        steps=steps, lr=2e-3, betas=(0.5, 0.999), ema=0.998, seed=22, film=True,
    )  # fmt: skip


# The light is a direction: few numbers hold it, and what is left of the person does not fit in.
FACES = CVAEConfig(size=64, classes=38, latent_dim=4, depth=4, style_dim=64, normalize_brightness=True)
SPRITES = CVAEConfig(channels=3, size=64, classes=6**4, latent_dim=8, depth=4, factors=(6, 6, 6, 6))
# For 64×64: 20 a pixel, so that D and C do not draw over what was there.
SPRITE = Weights(kl=0.5, pairwise=20.0, swapped=0.5)
FACE = Weights(kl=1.0, pairwise=20.0, swapped=0.5, latent_class_mmd=50.0)


# 256 levels of grey, told apart by their waves.
GREYS = PixelCNNConfig(width=48, frequencies=8, class_map=True)


def classifier_config(c: CVAEConfig) -> ClassifierConfig:
    """An evaluation classifier's config for the pictures and classes of a CVAE's."""
    return ClassifierConfig(channels=c.channels, size=c.size, classes=c.classes, factors=c.factors, shrink=2)


RECIPES: dict[str, Recipe] = {
    "classifier-mnist": classifier("mnist", 6 * 468, data.jitter),
    "classifier-fashion": classifier("fashion", 12 * 468, data.flip_and_shift),
    "lenet-mnist": lenet("mnist", 6 * 468, data.jitter),
    "lenet-fashion": lenet("fashion", 12 * 468, data.flip_and_shift),
    "ae2d-mnist": dense(AE, Reconstruction, "mnist", 12),
    "vae2d-mnist": dense(VAE, ELBO, "mnist", 40),
    "vae2d-fashion": dense(VAE, ELBO, "fashion", 20),
    "cvae-mnist": cvae("mnist", 12 * 468),
    "cvae-fashion": cvae("fashion", 5 * 468),
    "cvaegan-mnist": cvaegan("mnist", 3400),
    "cvaegan-fashion": cvaegan("fashion", 4400),
    "classifier-faces": classifier("faces", 1200, data.brightness_jitter, classifier_config(FACES), batch=64, ema=0.99),
    "cvae-faces": cvae("faces", 1400, FACES, beta=FACE.kl / FACE.pairwise, batch=64),
    "cvaegan-faces": cvaegan("faces", 1400, FACES, FACE, batch=64, ema=0.995),
    "classifier-sprites": classifier("sprites", 1000, config=classifier_config(SPRITES), batch=64, ema=0.99),
    "cvaegan-sprites": cvaegan("sprites", 2800, SPRITES, SPRITE, batch=64, ema=0.995),
    "pixelcnn-mnist": pixelcnn("mnist", 11_000, replace(GREYS, guidance=0.5), foreground_weight=2.0, drop=0.1),
    "pixelcnn-fashion": pixelcnn("fashion", 11_000, replace(GREYS, guidance=0.5), drop=0.1),
    "pixelcnn-mnistbin": pixelcnn("mnistbin", 14_000, PixelCNNConfig(classes=0, levels=2, place=True), data.binarise, batch=16, lr=2e-3),
    "pixelrnn-row-mnistbin": pixelrnn("mnistbin", 16_000, PixelRNNConfig(kind="row", width=32, depth=3, place=True)),
    "pixelrnn-diag-mnistbin": pixelrnn("mnistbin", 16_000, PixelRNNConfig(kind="diagonal", width=24, depth=2, place=True)),
    "pixelgan-mnist": pixelgan("mnist", 6000),
    "ae2d-fashion": dense(AE, Reconstruction, "fashion", 12),
    "waegan2d-mnist": dense(WAEGAN, lambda m: WAE(m, r1=1.0), "mnist", 12),
    "aegan2d-mnist": aegan("mnist", 12_000, AEGANConfig(sampler_hidden=(256, 256, 256))),
    "dcgan-collapsed-mnist": dcgan_collapsed(),
    "ssgan100-mnist": ssgan(10, 4000),
    "ssgan200-mnist": ssgan(20, 4000),
    **planes(),
    **autoencoders("mnist"),
    **autoencoders("fashion"),
    **gans("mnist"),
    **gans("fashion"),
}
