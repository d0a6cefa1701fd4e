"""GANs: their nets as published, their losses in closed form, and that they learn."""

import math

import pytest
import torch
from torch import nn

from genlib import data, train
from genlib.models.dcgan import DCGAN, DCGANConfig
from genlib.models.gan import GAN, GANConfig
from genlib.objectives import registry
from genlib.objectives.adversarial import RULES, Adversarial, discriminator_bce, r1_penalty
from genlib.objectives.aegan import AEGANObjective
from genlib.objectives.wasserstein import WGANGPObjective
from tests.conftest import small
from tests.unit.test_objectives import built, given, stripes

GANS = ["gan", "dcgan", "cgan", "wgan", "wgangp", "aegan", "ssgan"]


def test_the_dense_gan_has_the_published_numbers_of_parameters():
    net = GAN(GANConfig())
    assert sum(p.numel() for p in net.generator.parameters()) == 1_489_936
    running = [b for name, b in net.generator.named_buffers() if "running" in name]
    assert sum(b.numel() for b in running) == 3_584
    assert sum(p.numel() for p in net.discriminator.parameters()) == 533_505


def test_a_discriminator_that_cannot_tell_pays_twice_the_logarithm_of_two():
    assert float(discriminator_bce(torch.zeros(5), torch.zeros(5))) == pytest.approx(2 * math.log(2))


def test_where_d_wins_the_saturating_generator_is_pulled_by_nothing_and_the_other_in_full():
    def pull(rule):
        logit = torch.full((4,), -20.0, requires_grad=True)
        RULES[rule].generator(logit).backward()
        return float(logit.grad.sum())

    assert pull("saturating") == pytest.approx(-math.exp(-20), rel=1e-4)
    assert pull("nonsaturating") == pytest.approx(-1)
    assert float(RULES["saturating"].generator(torch.zeros(4))) == pytest.approx(-math.log(2))


def test_least_squares_pays_half_the_square_of_each_miss():
    rule, half = RULES["leastsquares"], torch.full((3,), 0.5)
    assert float(rule.discriminator(torch.ones(3), torch.zeros(3))) == 0
    assert float(rule.discriminator(half, half)) == pytest.approx(0.25)  # what a D that cannot tell pays, at its best
    assert [float(rule.generator(torch.full((3,), score))) for score in (1.0, 0.0, -1.0)] == [0, 0.5, 2]
    assert float(rule.value(half)[0]) == 0.5


def test_a_checkpoint_carries_its_rule_and_one_of_before_has_the_usual():
    model = small("gan")
    assert registry.build({"name": "adversarial"}, model).rule == "nonsaturating"
    assert registry.describe(registry.build({"name": "adversarial", "rule": "saturating"}, model))["rule"] == "saturating"
    with pytest.raises(registry.ObjectiveError):
        registry.build({"name": "adversarial", "rule": "os.system"}, model)


def test_the_penalty_of_a_linear_critic_is_its_slopes_distance_from_one():
    class Linear(nn.Module):
        def score(self, x):  # reads −1 … 1, as all critics here do
            return (2 * x - 1).flatten(1) @ torch.full((64,), 0.5)  # slope ½·√64 = 4

    penalty = WGANGPObjective(Linear()).penalty(*torch.rand(2, 6, 1, 8, 8), torch.Generator().manual_seed(0))
    assert float(penalty) == pytest.approx(9.0, rel=1e-4)


def test_r1_of_a_linear_discriminator_is_half_its_slope_squared():
    slope = torch.linspace(-1, 1, 64)
    penalty = r1_penalty(lambda x: x.flatten(1) @ slope + 3, torch.rand(8, 1, 8, 8))
    assert float(penalty) == pytest.approx(0.5 * float(slope.square().sum()), rel=1e-5)


def test_r1_of_a_conditional_discriminator_reads_each_pictures_own_class():
    y = torch.arange(8) % 3

    def score(x, y):  # slope 1, 2 or 3 a pixel, by the class
        return x.flatten(1).sum(dim=1) * (y + 1)

    expected = 0.5 * 64 * (y[::4] + 1).square().float().mean()
    assert float(r1_penalty(score, torch.rand(8, 1, 8, 8), y)) == pytest.approx(float(expected))


def test_the_penalty_is_a_part_of_the_discriminators_loss():
    model, rng = small("cgan"), torch.Generator().manual_seed
    model.requires_grad_(True)
    plain = Adversarial(model).discriminator_loss(stripes(), rng(0))
    with_r1 = Adversarial(model, r1=10.0).discriminator_loss(stripes(), rng(0))
    assert with_r1["penalty"].item() > 0
    torch.testing.assert_close(with_r1["loss"], plain["loss"] + 10 * with_r1["penalty"])


@pytest.mark.parametrize(("family", "within"), [("wgan", True), ("wgangp", False)])
def test_only_a_clipped_critic_stays_in_its_box(family, within):
    run = train.Run(built(family), lr=1e-2)
    list(train.train(run, stripes, train.Budget(steps=3)))
    most = max(float(p.detach().abs().max()) for p in run.objective.model.critic.parameters())
    assert (most <= 0.01 + 1e-9) is within


def test_a_critic_moves_oftener_than_its_generator():
    run = train.Run(built("wgan"), lr=1e-3)
    before = [p.clone() for p in run.objective.model.generator.parameters()]
    moved = []
    for _ in train.train(run, stripes, train.Budget(steps=5)):
        moved.append(any(not torch.equal(a, b) for a, b in zip(before, run.objective.model.generator.parameters(), strict=True)))
    assert moved == [False] * 4 + [True]


@pytest.mark.parametrize("family", GANS)
def test_generated_pictures_come_nearer_to_the_real_ones(family):
    run = train.Run(built(family), lr=5e-3, betas=(0.5, 0.999))
    model, (x, _y) = run.objective.model, stripes()

    def distance() -> float:
        """Mean squared distance of 60 generated pictures from the nearest real one, of its class where it has one."""
        model.eval()
        classes = (torch.arange(60) % 3,) if model.config.classes else ()
        with torch.no_grad():
            fake = model.decode(model.prior(60, torch.Generator().manual_seed(0)), *classes)
        model.train()
        apart = (fake[:, None] - x[None, :3]).square().flatten(2).sum(dim=2)
        return float((apart[torch.arange(60), classes[0]] if classes else apart.amin(dim=1)).mean())

    before = distance()
    list(train.train(run, given(family), train.Budget(steps=400)))
    assert distance() < 0.6 * before


def test_a_conditional_discriminator_reads_the_class():
    model, x = small("cgan"), torch.rand(2, 1, 8, 8)
    assert not torch.equal(model.score(x, torch.tensor([0, 1])), model.score(x, torch.tensor([1, 0])))
    whole = model.score(x, torch.eye(3)[:2])
    assert torch.equal(whole, model.score(x, torch.tensor([0, 1])))


def test_how_real_a_picture_is_to_a_semi_supervised_discriminator_is_the_sum_over_its_classes():
    model, x = small("ssgan"), torch.rand(2, 1, 8, 8)
    torch.testing.assert_close(model.score(x).exp(), model.logits(x).exp().sum(dim=1))


def test_a_few_labels_are_the_same_few_in_every_batch():
    images = data.Images(torch.randint(0, 256, (90, 1, 8, 8)).to(torch.uint8), torch.arange(90) % 3, ("a", "b", "c"))
    few = data.FewLabels(data.Batches(images, 30, seed=1), per_class=2)
    assert images.y[few.known].tolist() == [0, 0, 1, 1, 2, 2]
    known = {images.x[i].float().sum().item() for i in few.known}
    for step in range(3):
        batch = few(step, torch.Generator().manual_seed(step))
        assert (batch.y[:30] >= 0).all()
        assert (batch.y[30:] == -1).all()
        assert {round(v) for v in (batch.x[:30].flatten(1).sum(dim=1) * 255).tolist()} <= known


def test_an_aegans_prior_is_what_its_sampler_makes_of_noise():
    model, seeded = small("aegan"), torch.Generator().manual_seed
    model.code_mean += 2
    model.code_variance *= 9
    z = torch.randn(5, 2, generator=seeded(3))
    torch.testing.assert_close(model.prior(5, seeded(3)), 2 + 3 * model.sampler(z))


def test_a_discriminator_without_batchnorm_judges_a_picture_as_it_judges_a_batch():
    model, x = DCGAN(DCGANConfig(size=8, latent_dim=4, width=4, norm=False)), torch.rand(6, 1, 8, 8)
    torch.testing.assert_close(torch.cat([model.score(one[None]) for one in x]), model.score(x))
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in model.discriminator.modules())


def test_an_aegan_standardises_the_codes_of_its_training_set_and_keeps_that_with_its_weights():
    model = small("aegan")
    objective, offset = AEGANObjective(model), torch.tensor([5.0, -2.0])
    codes = offset + torch.tensor([3.0, 0.5]) * torch.randn(2000, 64, 2, generator=torch.Generator().manual_seed(0))
    for code in codes:
        objective.measure(code)
    standard = model.standardise(codes.flatten(0, 1))
    torch.testing.assert_close(standard.mean(dim=0), torch.zeros(2), atol=0.03, rtol=0)
    torch.testing.assert_close(standard.std(dim=0), torch.ones(2), atol=0.03, rtol=0)
    assert {"code_mean", "code_variance"} <= model.state_dict().keys()
    z = model.prior(7, torch.Generator().manual_seed(1))
    torch.testing.assert_close(model.standardise(z), model.sampler(torch.randn(7, 2, generator=torch.Generator().manual_seed(1))))


def test_an_aegans_autoencoder_comes_first_and_is_then_held_while_its_sampler_learns():
    run = train.Run(built("aegan"), lr=1e-3)
    m = run.objective.model
    nets = {"autoencoder": (m.encoder, m.decoder), "game": (m.sampler, m.code_discriminator, m.discriminator)}

    def moved(before) -> set[str]:
        return {name for name, tensors in before.items() if any(not torch.equal(a, b) for a, b in zip(tensors, now(name), strict=True))}

    def now(name):
        return [p.detach().clone() for net in nets[name] for p in net.parameters()]

    history = []
    before = {name: now(name) for name in nets}
    for _ in train.train(run, stripes, train.Budget(steps=8)):
        history.append(moved(before))
        before = {name: now(name) for name in nets}
    assert history == [{"autoencoder"}] * 4 + [{"game"}] * 4
