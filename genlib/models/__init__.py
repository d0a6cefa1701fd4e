"""Every model class, by the name used in checkpoints."""

from genlib.models.classifier import Classifier
from genlib.models.cvae import CVAE
from genlib.models.cvae_gan import CVAEGAN
from genlib.models.pixelcnn import PixelCNN
from genlib.models.pixelgan import PixelGAN
from genlib.models.pixelrnn import PixelRNN
from genlib.models.vae import AE, VAE

MODELS = {
    "ae": AE, "vae": VAE, "cvae": CVAE, "cvaegan": CVAEGAN,
    "pixelcnn": PixelCNN, "pixelrnn": PixelRNN, "pixelgan": PixelGAN, "classifier": Classifier,
}  # fmt: skip
