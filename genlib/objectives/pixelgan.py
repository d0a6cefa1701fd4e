"""PixelGAN autoencoder's losses.  Makhzani and Frey, 2017, arXiv:1706.00531, section 2.

    reconstruction   −E log p(x | E(x, c), c)                               exact, pixel after pixel
    L_D              −E_z log D(z, c) − E_x log(1 − D(E(x, c), c))          z ~ N(0, I)
    adversarial      −E_x log D(E(x, c), c)                                 E wants its codes taken for the prior's

The PixelCNN needs no z to draw well; it uses z because the likelihood is better for it, and no more than D lets pass.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genlib.objectives.base import Batch, Metrics, Turn
from genlib.objectives.likelihood import bits_per_dim, level_nll


class PixelGANObjective(nn.Module):
    def __init__(self, model: nn.Module, adversarial: float = 10.0):
        super().__init__()
        self.model, self.adversarial = model, adversarial

    def turns(self) -> list[Turn]:
        m = self.model
        drawing = nn.ModuleList([m.encoder, m.code, m.pixelcnn])
        return [Turn("discriminator", m.discriminator, self.discriminator_loss), Turn("model", drawing, self.model_loss)]

    def judged(self, z: Tensor, y: Tensor) -> Tensor:
        return self.model.discriminator(self.model.told(z, y)).squeeze(1)

    def discriminator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        with torch.no_grad():
            z = self.model.encode(batch.x, batch.y).mean
        prior = self.judged(self.model.prior(len(z), rng).to(z.device), batch.y)
        code = self.judged(z, batch.y)
        loss = F.softplus(-prior).mean() + F.softplus(code).mean()
        return {"loss": loss, "prior": prior.sigmoid().mean(), "code": code.sigmoid().mean()}

    def model_loss(self, batch: Batch, _rng: torch.Generator) -> Metrics:
        x, y = batch
        z = self.model.encode(x, y).mean
        nll = level_nll(self.model.logits(x, y, z), x).mean()
        adversarial = F.softplus(-self.judged(z, y)).mean()
        metrics = {"bits_per_dim": bits_per_dim(nll, x[0].numel()), "adversarial": adversarial, "spread": z.square().mean()}
        return {"loss": nll + self.adversarial * adversarial, **metrics}
