import pytest
import torch

from genlib import hub, ops
from genlib.models.base import Normal, class_weights, read_posterior
from genlib.models.classifier import Classifier, ClassifierConfig
from genlib.models.cvae import CVAE, CVAEConfig
from genlib.objectives.elbo import kl_to_standard_normal
from tests.conftest import SMALL, small

LATENT = ["ae", "vae", "cvae", "cvaegan"]


def classed(family, n):
    return (torch.arange(n) % 3,) if family in ("cvae", "cvaegan", "pixelcnn") else ()


@pytest.mark.parametrize("family", LATENT)
def test_a_decoder_gives_pictures_between_0_and_1(family, rng):
    model = small(family)
    x = model.decode(model.prior(5, rng), *classed(family, 5))
    assert x.shape == (5, 1, 8, 8)
    assert 0 <= x.min() <= x.max() <= 1


@pytest.mark.parametrize("family", LATENT)
def test_the_same_seed_gives_the_same_bytes(family):
    model = small(family)
    a, b = (ops.draw(model, 4, *classed(family, 4), rng=torch.Generator().manual_seed(7)) for _ in range(2))
    c = ops.draw(model, 4, *classed(family, 4), rng=torch.Generator().manual_seed(8))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


@pytest.mark.parametrize("family", ["cvae", "cvaegan"])
def test_the_class_acts_on_encoder_and_generator(family):
    model, x, z = small(family), torch.rand(1, 1, 8, 8), torch.randn(1, 4)
    first, second = torch.tensor([0]), torch.tensor([1])
    assert not torch.equal(model.encode(x, first).mean, model.encode(x, second).mean)
    assert not torch.equal(model.decode(z, first), model.decode(z, second))


def test_a_whole_class_mix_is_the_class_itself():
    model, z = small("cvae"), torch.randn(1, 4)
    assert torch.equal(model.decode(z, torch.tensor([2])), model.decode(z, torch.tensor([[0.0, 0.0, 1.0]])))


@pytest.mark.parametrize("y", [torch.tensor([3]), torch.tensor([-1]), torch.rand(2, 4)])
def test_a_class_outside_the_model_is_refused(y):
    with pytest.raises(ValueError, match="class"):
        class_weights(y, 3)


def test_an_autoencoders_code_is_a_point(rng):
    q = small("ae").encode(torch.rand(3, 1, 8, 8))
    assert torch.equal(q.sample(rng), q.mean)


def test_a_posterior_is_never_so_wide_that_its_exp_overflows():
    q = read_posterior(torch.tensor([[1.0, -2.0, 200.0, -3.0]]))
    assert q.mean.tolist() == [[1, -2]]
    assert q.logvar.tolist() == [[5, -3]]  # σ = 12, far beyond the prior's 1
    assert kl_to_standard_normal(q).isfinite().all()
    far = hub.load("vae2d-mnist").encode(1000 * torch.ones(1, 1, 28, 28))
    assert far.logvar.max() <= 5


def test_gradients_reach_mean_and_logvar_through_a_draw(rng):
    mean, logvar = torch.zeros(2, 3, requires_grad=True), torch.zeros(2, 3, requires_grad=True)
    Normal(mean, logvar).sample(rng).sum().backward()
    assert torch.equal(mean.grad, torch.ones(2, 3))
    assert logvar.grad.abs().min() > 0


def test_no_logit_of_a_pixelcnn_sees_its_own_pixel_or_a_later_one():
    model = small("pixelcnn")
    x = torch.rand(1, 1, 8, 8, requires_grad=True)
    logits = model.logits(x, torch.tensor([1]))[0].square().sum(dim=0).flatten()
    for i in range(64):
        (grad,) = torch.autograd.grad(logits[i], x, retain_graph=True)
        seen = grad.flatten() != 0
        assert not seen[i:].any(), f"pixel {i} sees the future"
        if i % 8:
            assert seen[i - 1], f"pixel {i} does not see its left neighbour"


def test_a_gated_pixelcnn_has_no_blind_spot():
    model = small("pixelcnn")
    x = torch.rand(1, 1, 8, 8, requires_grad=True)
    (grad,) = torch.autograd.grad(model.logits(x, torch.tensor([1]))[0, :, 3, 3].square().sum(), x)
    assert (grad[0, 0, 2, 1:6] != 0).all()
    assert grad[0, 0, 1, 7] != 0  # up and far to the right: hidden from a masked convolution alone


@pytest.mark.parametrize("family", SMALL)
def test_a_released_model_would_be_frozen_and_in_eval_mode(family, tmp_path):
    from genlib import checkpoint

    checkpoint.save(small(family), tmp_path)
    model = checkpoint.load(tmp_path)
    assert not model.training
    assert not any(p.requires_grad for p in model.parameters())


def test_a_class_of_several_factors_is_one_choice_in_each():
    y = torch.tensor([0, 7, 23])  # of 2 × 3 × 4: the digits are 000, 013, 123
    weights = class_weights(y, 24, (2, 3, 4))
    assert weights.tolist() == [
        [1, 0, 1, 0, 0, 1, 0, 0, 0],
        [1, 0, 0, 1, 0, 0, 0, 0, 1],
        [0, 1, 0, 0, 1, 0, 0, 0, 1],
    ]
    with pytest.raises(ValueError, match="0 to 23"):
        class_weights(torch.tensor([24]), 24, (2, 3, 4))


def test_a_classifier_of_several_factors_is_right_where_every_factor_is():
    model = Classifier(ClassifierConfig(size=8, classes=24, factors=(2, 3, 4), width=4, features=8)).eval()
    x = torch.rand(5, 1, 8, 8)
    per_factor = model.head(model.features(x)).split([2, 3, 4], dim=1)
    digits = torch.stack([f.argmax(dim=1) for f in per_factor], dim=1)
    assert torch.equal(model.logits(x).argmax(dim=1), digits @ torch.tensor([12, 4, 1]))
    joint = model.logits(x).log_softmax(dim=1)
    y = torch.tensor([0, 7, 23, 12, 5])
    each = [f.log_softmax(dim=1).gather(1, (y // n % k)[:, None]) for f, n, k in zip(per_factor, (12, 4, 1), (2, 3, 4), strict=True)]
    assert torch.allclose(joint.gather(1, y[:, None]), sum(each), atol=1e-5)
    assert "choices" not in model.state_dict()


def test_a_cvae_of_several_factors_takes_a_class_or_a_mix():
    model = CVAE(CVAEConfig(size=8, classes=24, factors=(2, 3, 4), latent_dim=4, width=4, features=8)).eval()
    z, y = torch.randn(1, 4), torch.tensor([7])
    assert torch.equal(model.decode(z, y), model.decode(z, class_weights(y, 24, (2, 3, 4))))
    assert not torch.equal(model.decode(z, y), model.decode(z, torch.tensor([6])))


def test_an_encoder_at_one_brightness_reads_a_darker_picture_alike():
    model = CVAE(CVAEConfig(size=8, classes=3, latent_dim=4, width=4, features=8, normalize_brightness=True)).eval()
    x, y = 0.4 + 0.6 * torch.rand(2, 1, 8, 8), torch.tensor([0, 2])
    bright, dark = model.encode(x, y).mean, model.encode(0.6 * x, y).mean
    assert torch.allclose(bright, dark, atol=0.02)
    plain = CVAE(CVAEConfig(size=8, classes=3, latent_dim=4, width=4, features=8)).eval()
    assert not torch.allclose(plain.encode(x, y).mean, plain.encode(0.6 * x, y).mean, atol=1e-3)


def test_where_style_and_content_meet_one_scales_the_other():
    torch.manual_seed(0)
    model = CVAE(CVAEConfig(size=8, classes=3, latent_dim=4, width=4, features=8, style_dim=5)).eval()
    seen = []
    model.generator.net[0].register_forward_pre_hook(lambda _m, inputs: seen.append(inputs[0]))
    model.decode(torch.randn(1, 4).expand(3, -1), torch.arange(3))
    style, scaled, content = seen[0].split([5, 5, 3], dim=1)
    assert torch.allclose(style[0], style[2])  # the class does not touch it
    assert torch.equal(content, torch.eye(3))
    assert torch.allclose(scaled, style * model.generator.gain(content))
