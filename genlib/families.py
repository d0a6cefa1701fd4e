"""Every family in one record: its networks, what it is trained for, its papers, what is measured of it.

Command line, checkpoints, fine-tuning, evaluation, table, stories and tabs read records, and ask a network what it can do
by the protocols of genlib/models/base.py.  A new family is a record here, its recipes, and its words in both languages.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from torch import nn

from genlib import models as m
from genlib.models.base import Decoder, Discriminator, Encoder, Network, PixelModel
from genlib.objectives.registry import OBJECTIVES

SAMPLES = ("fid", "fid_floor", "coverage")
CONDITIONAL = ("gan_test_acc", "gan_train_acc", *SAMPLES)


@dataclass(frozen=True)
class Family:
    name: str  # in config.json, and in a checkpoint's name
    title: str  # as people write it
    network: type[Network]
    objective: dict  # the usual one, as genlib/objectives/registry.py describes it
    papers: tuple[str, ...]  # arXiv numbers, or a text where there is none
    figures: tuple[str, ...] = SAMPLES  # those that tell most of it, for the table; the card has all
    finetunes: bool = True  # whether it can learn own pictures, which all have their label
    class_judge: str = ""  # the part that tells its classes apart while it learns: held where own pictures bring no new one
    gan_train_n: int | None = None  # pictures drawn for gan_train_acc, where as many as the training set has take too long

    @property
    def encodes(self) -> bool:
        return issubclass(self.network, Encoder)

    @property
    def decodes(self) -> bool:
        return issubclass(self.network, Decoder)

    @property
    def is_autoencoder(self) -> bool:
        return self.encodes and self.decodes

    @property
    def is_variational(self) -> bool:
        """Whether its encoder gives a distribution with a width, not a point."""
        return issubclass(self.network, (m.VAE, m.CVAE)) and not issubclass(self.network, m.AE)

    @property
    def is_pixel_model(self) -> bool:
        return issubclass(self.network, PixelModel)

    @property
    def draws(self) -> bool:
        """Whether it makes pictures: all but a classifier do."""
        return self.decodes or self.is_pixel_model

    @property
    def discriminates(self) -> bool:
        """Whether it has a D, or a critic, of pictures."""
        return issubclass(self.network, Discriminator)

    @property
    def is_conditional(self) -> bool:
        """Whether its networks can be told a class."""
        return any(f.name == "classes" for f in fields(self.network.Config))

    @property
    def objective_class(self) -> Callable:
        return OBJECTIVES[self.objective["name"]]

    @property
    def source(self) -> Path:
        """The file of its objective."""
        return Path(inspect.getfile(self.objective_class))


RECORDS = (
    Family(
        "cvaegan", "CVAE-GAN", m.CVAEGAN, {"name": "cvaegan"}, ("1703.10155",), (*CONDITIONAL, "swap_identity_acc"), class_judge="classifier",
    ),
    Family(
        "cvae", "CVAE", m.CVAE, {"name": "elbo", "nll": "gaussian_nll"}, ("Sohn et al., NIPS 2015",),
        ("neg_elbo_nats", *CONDITIONAL, "swap_identity_acc"),
    ),
    Family("vae", "VAE", m.VAE, {"name": "elbo"}, ("1312.6114",), ("neg_elbo_nats", "reconstruction_mse", *SAMPLES)),
    Family("ae", "AE", m.AE, {"name": "reconstruction"}, ("1312.6114",), ("reconstruction_mse", *SAMPLES)),
    Family("waegan", "WAE-GAN", m.WAEGAN, {"name": "wae"}, ("1711.01558",), ("reconstruction_mse", *SAMPLES)),
    Family("aegan", "AEGAN", m.AEGAN, {"name": "aegan"}, ("ACM MM 2018",), ("reconstruction_mse", *SAMPLES)),
    Family("cgan", "CGAN", m.CGAN, {"name": "adversarial"}, ("1411.1784",), CONDITIONAL),
    Family("dcgan", "DCGAN", m.DCGAN, {"name": "adversarial"}, ("1511.06434",)),
    Family("wgangp", "WGAN-GP", m.WGANGP, {"name": "penalised"}, ("1704.00028",), (*SAMPLES, "clipped_share")),
    Family("wgan", "WGAN", m.WGAN, {"name": "wasserstein"}, ("1701.07875",), (*SAMPLES, "clipped_share")),
    Family("gan", "GAN", m.GAN, {"name": "adversarial"}, ("1406.2661",)),
    Family(
        "ssgan", "semi-supervised GAN", m.SSGAN, {"name": "semisupervised"}, ("1606.03498",), ("accuracy", *SAMPLES),
        finetunes=False,
    ),
    Family(
        "pixelcnn", "PixelCNN", m.PixelCNN, {"name": "likelihood"}, ("1606.05328",),
        ("bits_per_dim", "nll_nats", "gan_test_acc", "gan_test_acc_unguided", "gan_train_acc", *SAMPLES), gan_train_n=20_000,
    ),
    Family("pixelrnn", "PixelRNN", m.PixelRNN, {"name": "likelihood"}, ("1601.06759",), ("nll_nats", *SAMPLES), gan_train_n=20_000),
    Family(
        "pixelgan", "PixelGAN", m.PixelGAN, {"name": "pixelwae"}, ("1706.00531",),
        ("reconstruction_nats", "category_acc", "gan_test_acc", "gan_train_acc", *SAMPLES), gan_train_n=20_000,
    ),
    Family("classifier", "classifier", m.Classifier, {"name": "classification"}, ("1409.1556",), ("accuracy",)),
    Family("lenet", "LeNet-5", m.LeNet, {"name": "classification"}, ("LeCun et al., 1998",), ("accuracy",)),
)  # fmt: skip
FAMILIES: dict[str, Family] = {family.name: family for family in RECORDS}  # in the order a page shows them


def family_of(model: nn.Module) -> Family:
    """The record of a model.  Raises KeyError for one of no family."""
    for family in FAMILIES.values():
        if family.network is type(model):
            return family
    raise KeyError(type(model).__name__)
