"""Small instances of every model, and the running app."""

import contextlib
import gzip
import os
import subprocess
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import numpy as np
import pytest
import torch

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

ROOT = Path(__file__).parents[1]
torch.set_num_threads(1)  # tiny networks: two threads wait for each other longer than they work

SMALL = {
    "ae": lambda: AE(VAEConfig(size=8, hidden=(16,), decoder_hidden=(16,))),
    "vae": lambda: VAE(VAEConfig(size=8, hidden=(16,), decoder_hidden=(16,))),
    "cvae": lambda: CVAE(CVAEConfig(size=8, classes=3, latent_dim=4, width=4, features=8)),
    "cvaegan": lambda: CVAEGAN(CVAEConfig(size=8, classes=3, latent_dim=4, width=4, features=8)),
    "pixelcnn": lambda: PixelCNN(PixelCNNConfig(size=8, classes=3, levels=5, width=6, dilations=(1, 2, 1))),
    "pixelgan": lambda: PixelGAN(PixelGANConfig(size=8, classes=3, levels=5, width=6, dilations=(1, 2, 1), latent_dim=2, features=8)),
    "pixelrnn": lambda: PixelRNN(PixelRNNConfig(size=8, levels=5, width=4, depth=2)),
    "waegan": lambda: WAEGAN(VAEConfig(size=8, hidden=(16,), decoder_hidden=(16,))),
    "aegan": lambda: AEGAN(AEGANConfig(size=8, hidden=(16,), decoder_hidden=(16,), sampler_hidden=(32, 32))),
    "gan": lambda: GAN(GANConfig(size=8, latent_dim=4, hidden=(16, 16), discriminator_hidden=(16,))),
    "dcgan": lambda: DCGAN(DCGANConfig(size=8, latent_dim=4, width=4)),
    "cgan": lambda: CGAN(CGANConfig(size=8, latent_dim=4, width=4, classes=3)),
    "wgan": lambda: WGAN(WGANConfig(size=8, latent_dim=4, width=4)),
    "wgangp": lambda: WGANGP(DCGANConfig(size=8, latent_dim=4, width=4)),
    "ssgan": lambda: SSGAN(SSGANConfig(size=8, latent_dim=4, labels=3, width=4, depth=1, discriminator_widths=(4, 8), features=8)),
    "lenet": lambda: LeNet(LeNetConfig(size=8, kernel=3, classes=3)),
    "classifier": lambda: Classifier(ClassifierConfig(size=8, classes=3, width=4, features=8)),
}


def write_idx(path, array):
    """An array of bytes as a gzipped idx file, MNIST's format."""
    head = bytes([0, 0, 8, array.ndim]) + b"".join(int(n).to_bytes(4, "big") for n in array.shape)
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wb") as file:
        file.write(head + array.astype("uint8").tobytes())


def write_mnist(root, seed=0):
    """A hundred pictures in MNIST's place, in either half."""
    random = np.random.default_rng(seed)
    for split in ("train", "t10k"):
        write_idx(root / f"MNIST/raw/{split}-images-idx3-ubyte.gz", random.integers(0, 256, (128, 28, 28)))
        write_idx(root / f"MNIST/raw/{split}-labels-idx1-ubyte.gz", np.arange(128) % 10)
    return root


def small(family: str, seed: int = 0):
    """A tiny model of a family, frozen, in eval mode."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return SMALL[family]().eval().requires_grad_(False)


def untracked() -> set[str]:
    """What lies in the tree that git neither knows nor ignores; nothing where this is no repository."""
    status = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True)
    return {line for line in status.stdout.splitlines() if line.startswith("??")}


def running() -> set[str]:
    """The commands and pages among the processes that this one started."""
    found = set()
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in children.read_text().split():
            with contextlib.suppress(OSError):
                line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                found |= {line} if any(name in line for name in ("genlib", "app.py", "latent-atelier")) else set()
    return found


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left():
    """The suite leaves no file in the tree and no process."""
    before = untracked()
    yield
    assert untracked() <= before
    assert not running()


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(0)


@pytest.fixture(scope="session")
def server():
    """The app on a free port of this machine; yields its address."""
    from demo.app import build_demo, launch_kwargs

    demo = build_demo()
    _, url, _ = demo.launch(prevent_thread_lock=True, server_name="127.0.0.1", **launch_kwargs())
    yield url.rstrip("/")
    demo.close()
