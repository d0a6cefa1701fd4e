"""What networks read and say: ranges, priors, noise and places, each against its own definition."""

import math

import pytest
import torch
from torch import nn

from genlib.models.base import choices, class_weights
from genlib.models.classifier import Classifier, ClassifierConfig
from genlib.models.cvae import normalize_brightness
from genlib.models.dcgan import DCGAN, DCGANConfig
from genlib.models.gan import GAN, GANConfig
from genlib.models.pixelcnn import PixelCNN, PixelCNNConfig, gate
from genlib.models.pixelgan import PixelGAN, PixelGANConfig
from genlib.models.pixelrnn import lstm
from genlib.models.ssgan import SSGAN, SSGANConfig, weigh
from tests.conftest import SMALL, small


def seeded(k: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(k)


X = torch.rand(3, 1, 8, 8, generator=seeded(1))


@pytest.mark.parametrize("family", ["gan", "dcgan", "wgan", "wgangp", "cgan"])
def test_a_generators_tanh_is_brought_to_grey_and_a_critic_reads_grey_brought_back(family):
    model, z = small(family), torch.randn(3, 4, generator=seeded())
    own = (torch.tensor([0, 2, 1]),) if family == "cgan" else ()
    told = torch.cat([z, torch.eye(3)[own[0]]], dim=1) if own else z
    torch.testing.assert_close(model.decode(z, *own).flatten(1), (model.generator(told).flatten(1) + 1) / 2)
    read = []
    net = model.critic if "wgan" in family else model.discriminator
    net.register_forward_pre_hook(lambda _m, inputs: read.append(inputs[0]))
    said = model.score(X, *own)
    torch.testing.assert_close(read[0].flatten(1), 2 * X.flatten(1) - 1)
    out = net(2 * X.view_as(read[0]) - 1)
    torch.testing.assert_close(said, out[:, 0] + out[range(3), 1 + own[0]] if own else out[:, 0])


@pytest.mark.parametrize("family", ["vae", "cvae", "cvaegan", "ae", "waegan", "aegan"])
def test_a_decoders_pictures_are_the_probabilities_of_its_logits(family):
    model, z = small(family), torch.randn(2, small(family).config.latent_dim)
    own = (torch.tensor([0, 2]),) if model.config.classes else ()
    torch.testing.assert_close(model.decode(z, *own), 1 / (1 + (-model.decode_logits(z, *own)).exp()))


@pytest.mark.parametrize("family", [name for name in SMALL if hasattr(small(name), "prior") and name not in ("aegan",)])
def test_a_prior_is_of_unit_spread_and_is_its_seeds(family):
    model = small(family)
    z = model.prior(20_000, seeded(4))
    torch.testing.assert_close(z.mean(dim=0), torch.zeros(z.shape[1]), atol=0.03, rtol=0)
    torch.testing.assert_close(z.std(dim=0), torch.ones(z.shape[1]), atol=0.02, rtol=0)
    assert torch.equal(model.prior(2, seeded(9)), torch.randn(2, z.shape[1], generator=seeded(9)))


def test_a_pixelgans_categories_come_as_often_as_each_other_and_its_code_is_shares_of_them():
    config = PixelGANConfig(size=8, classes=0, categories=3, latent_dim=5, levels=2, width=4, dilations=(1,), frequencies=0, features=8)
    model = PixelGAN(config).eval()
    z = model.prior(9000, seeded())
    assert z[:, :3].mean(dim=0).tolist() == pytest.approx([1 / 3] * 3, abs=0.02)
    assert set(z[:, :3].unique().tolist()) == {0.0, 1.0}
    assert (z[:, :3].sum(dim=1) == 1).all()
    assert z[:, 3:].std(dim=0).tolist() == pytest.approx([1, 1], abs=0.03)
    q, raw = model.encode(X), model.code(model.encoder(X))
    torch.testing.assert_close(q.mean, torch.cat([raw[:, :3].exp() / raw[:, :3].exp().sum(dim=1, keepdim=True), raw[:, 3:]], dim=1))


def test_a_mean_and_a_logarithm_of_a_variance_come_in_that_order():
    for family, own in (("vae", ()), ("cvae", (torch.tensor([0, 1, 2]),))):
        model = small(family)
        head = model.encoder[-1] if family == "vae" else model.posterior
        head.weight.zero_()
        half = len(head.bias) // 2
        head.bias.copy_(torch.cat([torch.full((half,), 3.0), torch.full((half,), -1.0)]))
        q = model.encode(X, *own)
        assert (q.mean == 3).all()
        assert (q.logvar == -1).all()


def test_a_picture_is_read_at_a_mean_brightness_of_three_tenths():
    assert normalize_brightness(0.5 + 0.5 * X).mean(dim=(1, 2, 3)).tolist() == pytest.approx([0.3] * 3, rel=0.02)
    assert not normalize_brightness(torch.zeros(1, 1, 8, 8)).any()


def test_a_semi_supervised_discriminator_trains_through_noise_before_each_layer_and_judges_without():
    model = SSGAN(SSGANConfig(size=8, labels=3, latent_dim=4, width=4, depth=1, discriminator_widths=(4, 8), features=8))
    noise = [layer for layer in model.body if type(layer).__name__ == "Noise"]
    found = [(layer.train()(torch.zeros(300, 300))).std().item() for layer in noise]
    assert found == pytest.approx([0.3, 0.1, 0.1], rel=0.02)
    assert not noise[0].eval()(torch.zeros(3)).any()
    torch.testing.assert_close(model.eval().score(X), model.logits(X).exp().sum(dim=1).log())


def test_a_semi_supervised_generators_tanh_is_brought_to_grey():
    model, z = small("ssgan"), torch.randn(3, 4)
    torch.testing.assert_close(model.decode(z), (model.generator(z) + 1) / 2)


def test_a_weighed_layer_begins_with_weights_of_variance_two_over_its_inputs():
    x = torch.randn(500, 400)
    out = weigh(nn.Linear(400, 300))(x)
    assert out.std().item() == pytest.approx(math.sqrt(2), rel=0.03)
    torch.testing.assert_close(weigh(nn.Linear(400, 300))(torch.zeros(1, 400)), torch.zeros(1, 300))


def test_a_pixelcnn_is_told_a_pixels_grey_place_and_waves():
    model = PixelCNN(PixelCNNConfig(size=8, classes=0, levels=5, width=4, dilations=(1,), frequencies=2))
    planes = model.planes(X)[0]
    grey, r, c = float(X[0, 0, 2, 5]), -1 + 2 * 2 / 7, -1 + 2 * 5 / 7
    waves = [f(math.pi * 2**k * grey) for f in (math.sin, math.cos) for k in (0, 1)]
    assert planes[:, 2, 5].tolist() == pytest.approx([2 * grey - 1, 1, r, c, *waves], abs=1e-4)


def test_a_gate_is_a_tanh_let_through_by_a_sigmoid_and_an_lstm_forgets_by_its_second_gate():
    x = torch.randn(2, 6, 1, 1)
    torch.testing.assert_close(gate(x), x[:, :3].tanh() * x[:, 3:].sigmoid())
    gates, cell = torch.tensor([[20.0, -20.0, 20.0, 0.7]]), torch.tensor([[5.0]])
    state, new = lstm(gates, cell)  # out open, forget all, let in
    assert (new.item(), state.item()) == pytest.approx((math.tanh(0.7), math.tanh(math.tanh(0.7))))
    state, new = lstm(torch.tensor([[20.0, 20.0, -20.0, 0.7]]), cell)  # keep all, let nothing in
    assert (new.item(), state.item()) == pytest.approx((5.0, math.tanh(5.0)))


def test_a_grey_moves_to_the_nearest_of_the_levels():
    model = small("pixelcnn")
    x = torch.tensor([0.0, 0.12, 0.13, 0.4, 0.9]).view(1, 1, 1, 5)
    assert model.quantize(x).flatten().tolist() == pytest.approx([0, 0, 0.25, 0.5, 1])
    assert small("pixelrnn").quantize(x).flatten().tolist() == pytest.approx([0, 0, 0.25, 0.5, 1])


def test_a_pixelcnns_class_speaks_at_every_place_and_its_absence_is_no_class():
    model = PixelCNN(PixelCNNConfig(size=8, classes=3, levels=5, width=4, dilations=(1,), class_map=True)).requires_grad_(False)
    assert not model.class_map.weight.any()  # it begins by saying nothing
    model.class_map.weight.normal_()
    told = model.spatial_bias(class_weights(torch.tensor([2]), 3))
    torch.testing.assert_close(told[0, 1, 4, 6], model.class_map.weight[1 * 64 + 4 * 8 + 6, 2])
    assert not model.spatial_bias(torch.zeros(1, 3)).any()


def test_a_pixelcnn_that_knows_its_place_adds_that_places_bias_and_needs_no_class():
    model = PixelCNN(PixelCNNConfig(size=8, classes=0, levels=2, width=4, dilations=(1,), place=True)).requires_grad_(False)
    assert model.place.shape == (4, 8, 8)
    assert not model.place.any()  # it begins by saying nothing
    x = torch.zeros(1, 1, 8, 8)
    before = model.features(x, depth=0)
    model.place[1, 4, 6] = 0.5
    difference = model.features(x, depth=0) - before
    assert difference[0, 1, 4, 6].item() == pytest.approx(0.5, abs=1e-6)
    assert (difference.abs() > 1e-6).sum() == 1


def test_the_weights_of_a_deep_gan_begin_as_published():
    torch.manual_seed(0)
    model = DCGAN(DCGANConfig(size=16, latent_dim=32, width=32))
    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)) and layer.weight.numel() > 5000:
            assert layer.weight.std().item() == pytest.approx(0.02, rel=0.05)
        elif isinstance(layer, nn.BatchNorm2d) and len(layer.weight) >= 32:
            assert layer.weight.mean().item() == pytest.approx(1, abs=0.02)
    slopes = {layer.negative_slope for net in (model, GAN(GANConfig())) for layer in net.modules() if isinstance(layer, nn.LeakyReLU)}
    assert slopes == {0.2}


def test_the_digits_of_a_class_are_its_choices_the_first_the_highest():
    y = torch.arange(24)
    assert choices(y, (2, 3, 4)).tolist() == [[a, b, c] for a in range(2) for b in range(3) for c in range(4)]


def test_a_classifier_drops_three_of_ten_features_while_it_learns():
    model = Classifier(ClassifierConfig(size=8, classes=3, width=4, features=4000)).train()
    dropped = model.head[0](torch.ones(1, 4000))
    assert (dropped == 0).float().mean().item() == pytest.approx(0.3, abs=0.03)
    x = torch.rand(2, 1, 16, 16)
    seen = []
    model = Classifier(ClassifierConfig(size=16, classes=3, width=4, features=8, shrink=2)).eval()
    model.body[1].register_forward_pre_hook(lambda _m, inputs: seen.append(inputs[0]))
    model.logits(x)
    torch.testing.assert_close(seen[0], x.unflatten(3, (8, 2)).unflatten(2, (8, 2)).mean(dim=(3, 5)))
