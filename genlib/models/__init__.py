"""Every model class, by the name used in checkpoints."""

from genlib.models.aegan import AEGAN
from genlib.models.cgan import CGAN
from genlib.models.classifier import Classifier
from genlib.models.cvae import CVAE
from genlib.models.cvae_gan import CVAEGAN
from genlib.models.dcgan import DCGAN
from genlib.models.gan import GAN
from genlib.models.pixelcnn import PixelCNN
from genlib.models.pixelgan import PixelGAN
from genlib.models.pixelrnn import PixelRNN
from genlib.models.ssgan import SSGAN
from genlib.models.vae import AE, VAE
from genlib.models.wae import WAEGAN
from genlib.models.wgan import WGAN, WGANGP

MODELS = {
    "ae": AE, "vae": VAE, "waegan": WAEGAN, "aegan": AEGAN, "cvae": CVAE, "cvaegan": CVAEGAN,
    "gan": GAN, "dcgan": DCGAN, "cgan": CGAN, "wgan": WGAN, "wgangp": WGANGP, "ssgan": SSGAN,
    "pixelcnn": PixelCNN, "pixelrnn": PixelRNN, "pixelgan": PixelGAN, "classifier": Classifier,
}  # fmt: skip
