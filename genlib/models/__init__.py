"""Every model class.  Which belongs to which family says genlib/families.py."""

from genlib.models.aegan import AEGAN
from genlib.models.cgan import CGAN
from genlib.models.classifier import Classifier
from genlib.models.cvae import CVAE
from genlib.models.cvae_gan import CVAEGAN
from genlib.models.dcgan import DCGAN
from genlib.models.gan import GAN
from genlib.models.lenet import LeNet
from genlib.models.pixelcnn import PixelCNN
from genlib.models.pixelgan import PixelGAN
from genlib.models.pixelrnn import PixelRNN
from genlib.models.ssgan import SSGAN
from genlib.models.vae import AE, VAE
from genlib.models.wae import WAEGAN
from genlib.models.wgan import WGAN, WGANGP

__all__ = [
    "AE", "AEGAN", "CGAN", "CVAE", "CVAEGAN", "DCGAN", "GAN", "SSGAN", "VAE", "WAEGAN", "WGAN", "WGANGP",
    "Classifier", "LeNet", "PixelCNN", "PixelGAN", "PixelRNN",
]  # fmt: skip
