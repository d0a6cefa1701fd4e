"""Every objective's loss is its terms by their weights, and every term is what its equation says, computed another way."""

import math

import pytest
import torch
from torch.distributions import Independent, kl_divergence
from torch.distributions import Normal as Reference
from torch.nn import functional as F

from genlib.batch import Batch
from genlib.data.augment import jitter
from genlib.models.base import Normal
from genlib.models.cvae import CVAEConfig
from genlib.models.cvae_gan import CVAEGAN
from genlib.objectives.adversarial import Adversarial
from genlib.objectives.aegan import AEGANObjective
from genlib.objectives.classification import Classification
from genlib.objectives.cvae_gan import CVAEGANObjective, MovingAverage, RandomFourierFeatures, Weights, normalize_features
from genlib.objectives.elbo import ELBO, gaussian_elbo
from genlib.objectives.likelihood import Likelihood
from genlib.objectives.reconstruction import Reconstruction
from genlib.objectives.semi_supervised import SemiSupervised
from genlib.objectives.wae import WAE, PixelWAE
from genlib.objectives.wasserstein import WGANGPObjective, WGANObjective
from genlib.recipes import RECIPES
from tests.conftest import small


def seeded(k: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(k)


def model(family: str):
    """A small model whose weights may move, judging as it does in use; far enough from its start that its answers differ."""
    net = small(family)
    for p in net.parameters():
        p.mul_(2)
    return net.requires_grad_(True)


X, Y = torch.rand(12, 1, 8, 8, generator=seeded(7)), torch.arange(12) % 3
BATCH = Batch(X, Y)


def squares(a, b):
    """‖a − b‖² of each picture."""
    return ((a - b) ** 2).reshape(len(a), -1).sum(dim=1)


def test_at_last_a_clipped_critic_is_alone_and_its_rate_falls_to_nothing_while_g_stands_still():
    critic, generator = WGANObjective(small("wgan"), alone=0.2).turns()
    assert [critic.rate(p) for p in (0.0, 0.4, 0.8, 0.9)] == pytest.approx([1, 0.6, 0.2, 0.1])
    assert [generator.rate(p) for p in (0.0, 0.4, 0.8, 0.9)] == pytest.approx([1, 0.5, 0, 0])


def test_draws_of_a_posterior_have_its_mean_and_its_spread():
    q = Normal(torch.tensor([1.0, -2.0]).expand(40_000, 2), torch.tensor([math.log(0.25), math.log(9.0)]).expand(40_000, 2))
    z = q.sample(seeded())
    torch.testing.assert_close(z.mean(dim=0), torch.tensor([1.0, -2.0]), atol=0.04, rtol=0)
    torch.testing.assert_close(z.std(dim=0), torch.tensor([0.5, 3.0]), atol=0, rtol=0.01)
    torch.testing.assert_close(z[:5], q.mean[:5] + torch.tensor([0.5, 3.0]) * torch.randn(40_000, 2, generator=seeded())[:5])


@pytest.mark.parametrize("beta", [0.0, 0.3, 7.0])
@pytest.mark.parametrize("pixels", ["bernoulli", "gaussian"])
def test_an_elbo_is_its_reconstruction_and_beta_times_its_kl(beta, pixels):
    net = model("vae")
    said = (ELBO(net, beta) if pixels == "bernoulli" else gaussian_elbo(net, beta)).loss(BATCH, seeded(3))
    q = net.encode(X)
    z = q.mean + q.logvar.exp().sqrt() * torch.randn(12, 2, generator=seeded(3))
    p = net.decode_logits(z).sigmoid()
    cross = -(X * p.log() + (1 - X) * (1 - p).log()).flatten(1).sum(dim=1).mean() if pixels == "bernoulli" else 0.5 * squares(X, p).mean()
    kl = kl_divergence(Independent(Reference(q.mean, q.logvar.exp().sqrt()), 1), Independent(Reference(torch.zeros(2), 1.0), 1)).mean()
    torch.testing.assert_close(said["reconstruction"], cross, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(said["kl"], kl, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(said["loss"], cross + beta * kl, rtol=1e-4, atol=1e-4)


def test_without_a_word_of_beta_kl_counts_once():
    said = ELBO(model("vae")).loss(BATCH, seeded())
    torch.testing.assert_close(said["loss"], said["reconstruction"] + said["kl"])


def test_a_cvaes_elbo_tells_both_nets_the_class():
    net = model("cvae")
    said = ELBO(net).loss(BATCH, seeded(3))
    q = net.encode(X, Y)
    z = q.mean + q.logvar.exp().sqrt() * torch.randn(12, 4, generator=seeded(3))
    torch.testing.assert_close(said["reconstruction"], F.binary_cross_entropy(net.decode(z, Y), X, reduction="sum") / 12, rtol=1e-4, atol=1e-4)


def test_an_autoencoders_loss_is_a_sum_over_pixels_and_a_mean_over_pictures():
    net = model("ae")
    torch.testing.assert_close(Reconstruction(net).loss(BATCH, None)["loss"], squares(X, net.decode(net.encode(X).mean)).mean())


@pytest.mark.parametrize("family", ["gan", "cgan", "dcgan"])
def test_the_games_losses_are_the_logarithms_of_the_probabilities(family):
    net = model(family)
    own = (Y,) if family == "cgan" else ()
    fake = net.decode(torch.randn(12, 4, generator=seeded(3)), *own)
    real, drawn = net.score(X, *own).sigmoid(), net.score(fake, *own).sigmoid()
    game = Adversarial(net)
    said = game.discriminator_loss(BATCH, seeded(3))
    torch.testing.assert_close(said["loss"], -real.log().mean() - (1 - drawn).log().mean())
    torch.testing.assert_close((said["real"], said["fake"]), (real.mean(), drawn.mean()))
    torch.testing.assert_close(game.generator_loss(BATCH, seeded(3))["loss"], -drawn.log().mean())


def test_a_steep_discriminator_pays_gamma_times_its_penalty():
    net = model("gan")
    plain, steep = (Adversarial(net, r1=r1).discriminator_loss(BATCH, seeded(3)) for r1 in (0.0, 7.0))
    assert steep["penalty"] > 1e-3
    torch.testing.assert_close(steep["loss"] - plain["loss"], 7 * steep["penalty"], rtol=1e-3, atol=1e-6)


def test_a_discriminators_turn_asks_nothing_of_the_generator():
    net = model("gan")
    Adversarial(net, r1=1.0).discriminator_loss(BATCH, seeded())["loss"].backward()
    assert all(p.grad is None for p in net.generator.parameters())
    assert any(p.grad.any() for p in net.discriminator.parameters())


def test_both_turns_of_the_game_hold_their_rate_as_long_as_they_are_told():
    for objective in (Adversarial(small("gan"), hold=0.6), WAE(small("waegan"), hold=0.6), PixelWAE(small("pixelgan"), hold=0.6)):
        assert [turn.rate(0.6) for turn in objective.turns()] == [1.0, 1.0]
        assert [turn.rate(0.8) for turn in objective.turns()] == pytest.approx([0.5, 0.5])


def test_d_learns_at_its_own_rate_where_it_is_told_and_g_at_the_runs():
    assert [turn.rate(0.5) for turn in Adversarial(small("gan"), hold=0.9, discriminator_lr=0.025).turns()] == [0.025, 1.0]
    assert [turn.rate(0.5) for turn in RECIPES["dcgan-collapsed-mnist"].build().turns()] == pytest.approx([0.0125, 0.5])


@pytest.mark.parametrize("family", ["wgan", "wgangp"])
def test_a_critics_distance_is_what_real_pictures_score_above_drawn_ones(family):
    net = model(family)
    objective = WGANObjective(net) if family == "wgan" else WGANGPObjective(net, weight=3.0)
    said, drawn = objective.critic_loss(BATCH, seeded(3)), net.score(net.decode(torch.randn(12, 4, generator=seeded(3)))).mean()
    distance = net.score(X).mean() - drawn
    torch.testing.assert_close(said["distance"], distance)
    torch.testing.assert_close(said["loss"], -distance + 3.0 * said.get("penalty", torch.tensor(0.0)))
    torch.testing.assert_close(objective.generator_loss(BATCH, seeded(3))["loss"], -drawn)


def test_the_gradients_penalty_is_ten_times_and_taken_on_the_way_between_real_and_drawn():
    net, real, fake = model("wgangp"), X, torch.rand(12, 1, 8, 8, generator=seeded(8))
    net.score = lambda x, y=None: (x**2).flatten(1).sum(dim=1)  # slope 2x, in −1 … 1 half of it
    share = torch.rand(12, 1, 1, 1, generator=seeded(5))
    expected = ((share * real + (1 - share) * fake).flatten(1).norm(dim=1) - 1).square().mean()
    torch.testing.assert_close(WGANGPObjective(net).penalty(real, fake, seeded(5)), expected)
    said = WGANGPObjective(net).critic_loss(BATCH, seeded(3))
    torch.testing.assert_close(said["loss"], 10 * said["penalty"] - said["distance"])  # λ = 10: arXiv:1704.00028, section 4


def test_a_clipped_critics_weights_go_to_the_nearest_bound_and_no_further():
    net = model("wgan")
    with torch.no_grad():
        for p in net.critic.parameters():
            p.copy_(torch.linspace(-0.03, 0.02, p.numel()).view(p.shape))
    WGANObjective(net).clip()
    for p in net.critic.parameters():
        torch.testing.assert_close(p.detach(), torch.linspace(-0.03, 0.02, p.numel()).clip(-0.01, 0.01).view(p.shape))


def test_a_generator_moves_once_while_a_critic_moves_five_times():
    for objective in (WGANObjective(small("wgan")), WGANGPObjective(small("wgangp"))):
        assert {turn.name: turn.every for turn in objective.turns()} == {"critic": 1, "generator": 5}


def logs(net, code, x):
    """log D1 of codes, log(1 − D1), and the same of D2 and pictures."""
    return [v for p in (net.score_code(code).sigmoid(), net.score(x).sigmoid()) for v in (p.log().mean(), (1 - p).log().mean())]


def test_an_aegans_game_is_two_games_and_their_penalties_by_their_weights():
    net = model("aegan")
    objective = AEGANObjective(net, pictures=3.0, r1=5.0)
    real, drawn = net.encode(X).mean.detach(), net.prior(12, seeded(3)).detach()
    objective.measure = lambda _code: None  # standardised by what the model has
    said = objective.discriminator_loss(BATCH, seeded(3))
    code, _, picture, _ = logs(net, real, X[::4])
    _, fake_code, _, fake_picture = logs(net, drawn, net.decode(drawn[::4]))
    torch.testing.assert_close(said["codes"], -code - fake_code)
    torch.testing.assert_close(said["pictures"], -picture - fake_picture)
    torch.testing.assert_close(said["loss"], said["codes"] + said["pictures"] + 5 * said["penalty"])
    slopes = []
    for score, inputs in ((net.code_discriminator, net.standardise(real)[::4]), (net.discriminator, X[::16])):  # a quarter of D2's quarter
        inputs = inputs.clone().requires_grad_()
        slopes.append(0.5 * torch.autograd.grad(score(inputs).sum(), inputs)[0].flatten(1).square().sum(dim=1).mean())
    torch.testing.assert_close(said["penalty"], slopes[0] + slopes[1])


def test_an_aegans_sampler_hears_the_pictures_word_by_its_weight():
    net = model("aegan")
    said, code = AEGANObjective(net, pictures=3.0).sampler_loss(BATCH, seeded(3)), net.prior(12, seeded(3))
    like_codes, _, like_pictures, _ = logs(net, code, net.decode(code[::4]))
    torch.testing.assert_close(said["loss"], -like_codes - 3 * like_pictures)
    AEGANObjective(net).autoencoder_loss(BATCH, None)["loss"].backward()
    assert net.sampler[0].weight.grad is None


def test_an_aegan_follows_the_codes_mean_and_variance_a_two_hundredth_a_batch():
    net = small("aegan")
    objective, codes = AEGANObjective(net), torch.tensor([[1.0, -1.0], [7.0, -1.0]])
    for _ in range(200):
        objective.measure(codes)
    torch.testing.assert_close(net.code_mean, torch.tensor([4.0, -1.0]) * (1 - (1 - 1 / 200) ** 200))
    for _ in range(4000):
        objective.measure(codes)
    torch.testing.assert_close(net.code_variance, torch.tensor([9.0, 0.0]), atol=1e-3, rtol=0)
    torch.testing.assert_close(net.standardise(codes)[:, 0], torch.tensor([-1.0, 1.0]), atol=1e-3, rtol=0)


def test_an_aegans_turns_share_the_run_and_its_autoencoder_has_a_rate_of_its_own():
    turns = AEGANObjective(small("aegan"), first=0.4, autoencoder_lr=2.5).turns()
    assert [[round(turn.rate(p), 6) for turn in turns] for p in (0.0, 0.2, 0.4, 0.7)] == [[2.5, 0, 0], [1.25, 0, 0], [0, 1, 1], [0, 0.5, 0.5]]
    assert [turn.betas for turn in turns] == [None, (0.0, 0.9), (0.0, 0.9)]
    assert AEGANObjective(small("aegan")).turns()[0].rate(0.25) == pytest.approx(0.5)


def test_a_smoothed_label_is_shared_evenly_among_all_classes():
    net = model("classifier")
    log_p = net.logits(X).log_softmax(dim=1)
    for smoothing in (0.0, 0.2):
        said = Classification(net, smoothing).loss(BATCH, None)
        target = (1 - smoothing) * F.one_hot(Y, 3) + smoothing / 3
        torch.testing.assert_close(said["loss"], -(target * log_p).sum(dim=1).mean())
        assert said["accuracy"].item() == pytest.approx((log_p.argmax(dim=1) == Y).float().mean().item())


def test_what_tells_light_from_dark_counts_so_many_times_more():
    net = model("pixelcnn")
    plain, more = (Likelihood(net, foreground_weight=w).loss(BATCH, seeded()) for w in (0.0, 2.5))
    nats = -net.logits(X, Y).log_softmax(dim=1).gather(1, (X * 4).round().long()).flatten(1).sum(dim=1).mean()
    torch.testing.assert_close(plain["loss"], nats)
    torch.testing.assert_close(more["loss"], nats + 2.5 * more["foreground"])
    assert more["foreground"] < nats
    assert more["bits_per_dim"].item() == pytest.approx(nats.item() / 64 / math.log(2))


def test_a_semi_supervised_discriminator_pays_for_labels_and_for_reality():
    net = model("ssgan")
    y = torch.where(torch.arange(12) < 5, Y, -1)
    said = SemiSupervised(net).discriminator_loss(Batch(X, y), seeded(3))
    logits, fake = net.logits(X), net.logits(net.decode(torch.randn(7, 4, generator=seeded(3))))
    labelled = -logits[:5].softmax(dim=1)[range(5), Y[:5]].log().mean()
    z_real, z_fake = logits[5:].exp().sum(dim=1), fake.exp().sum(dim=1)
    apart = -(z_real / (z_real + 1)).log().mean() - (1 / (z_fake + 1)).log().mean()
    torch.testing.assert_close((said["labelled"], said["apart"], said["loss"]), (labelled, apart, labelled + apart))


@pytest.mark.parametrize("family", ["waegan", "pixelgan"])
def test_a_wasserstein_autoencoder_weighs_what_its_adversary_says(family):
    net = model(family)
    own = (Y,) if family == "pixelgan" else ()
    objective = (WAE if family == "waegan" else PixelWAE)(net, adversarial=4.0, r1=3.0)
    z = net.encode(X, *own).mean
    drawn = torch.randn(12, 2, generator=seeded(3))
    code, prior = (net.discriminator(net.conditioning(some, *own)).squeeze(1).sigmoid() for some in (z, drawn))
    said = objective.model_loss(BATCH, seeded(3))
    torch.testing.assert_close(said["adversarial"], -code.log().mean())
    torch.testing.assert_close(said["loss"], said["reconstruction"] + 4 * said["adversarial"])
    torch.testing.assert_close(said["spread"], (z**2).mean())
    if family == "waegan":
        torch.testing.assert_close(said["reconstruction"], squares(X, net.decode(z)).mean())
    said = objective.discriminator_loss(BATCH, seeded(3))
    torch.testing.assert_close((said["prior"], said["code"]), (prior.mean(), code.mean()))
    inputs = net.conditioning(drawn, *own)[::4].clone().requires_grad_()
    slope = torch.autograd.grad(net.discriminator(inputs).sum(), inputs)[0]
    torch.testing.assert_close(said["penalty"], 0.5 * (slope**2).sum(dim=1).mean())
    torch.testing.assert_close(said["loss"], -prior.log().mean() - (1 - code).log().mean() + 3 * said["penalty"])


def test_without_a_word_of_it_the_adversarys_weight_is_ten():
    said = WAE(model("waegan")).model_loss(BATCH, seeded())
    torch.testing.assert_close(said["loss"], said["reconstruction"] + 10 * said["adversarial"])


def test_a_pixelgan_encodes_the_moved_picture_and_draws_some_of_them_as_they_were():
    net = model("pixelgan")
    said, rng = PixelWAE(net, moved=True, every=4).model_loss(BATCH, seeded(3)), seeded(3)
    moved, x = net.encode(jitter(X, rng), Y).mean, net.dither(X, rng)
    log_p = net.pixelcnn.logits(x[::4], net.conditioning(moved, Y)[::4]).log_softmax(dim=1)
    nats = -log_p.gather(1, (x[::4] * 4).round().long()).flatten(1).sum(dim=1).mean()
    torch.testing.assert_close(said["reconstruction"], nats)


@pytest.fixture
def vaegan(monkeypatch):
    """A CVAE-GAN's objective whose weights are all different, whose judges see pictures as they are, and its model."""
    torch.manual_seed(0)
    net = CVAEGAN(CVAEConfig(size=8, classes=3, latent_dim=4, width=4, features=8))
    weights = Weights(
        kl=2.0, pairwise=3.0, features=5.0, discriminator=7.0, classifier=11.0, label=13.0, held_label=19.0, latent_class_mmd=17.0, swapped=0.25
    )
    objective = CVAEGANObjective(net.eval(), weights)
    with torch.no_grad():
        for p in net.parameters():
            p.mul_(2)  # pictures and features of another z differ enough to be told apart
    monkeypatch.setattr(objective, "augment", lambda _rng: lambda x: x)
    return objective, net


def test_a_cvaegans_loss_is_its_terms_by_their_weights(vaegan):
    said = vaegan[0].generator_loss(BATCH, seeded(3))
    by = {"kl": 2, "pixels": 3, "features": 3 * 5, "feature_matching": 7, "class_feature_matching": 11, "label": 13, "latent_class_mmd": 17}
    assert all(said[name] > 0 for name in by)
    torch.testing.assert_close(said["loss"], sum(weight * said[name] for name, weight in by.items()))
    assert by.keys() | {"loss"} == said.keys()
    vaegan[1].classifier.requires_grad_(False)  # a C that is held is heeded by a weight of its own
    held = vaegan[0].generator_loss(BATCH, seeded(3))
    torch.testing.assert_close(held["loss"] - said["loss"], (19 - 13) * said["label"], rtol=1e-3, atol=1e-3)


def test_a_cvaegans_terms_are_those_of_its_equations(vaegan):
    objective, net = vaegan
    said, rng = objective.generator_loss(BATCH, seeded(3)), seeded(3)
    q = net.encode(X, Y)
    z = q.mean + q.logvar.exp().sqrt() * torch.randn(12, 4, generator=rng)
    pair = net.decode(z, Y)
    fake = net.decode(torch.cat([z[[11, 0, 1]], torch.randn(9, 4, generator=rng)]), Y)  # a quarter have their neighbour's z
    torch.testing.assert_close(said["pixels"], 0.5 * squares(X, pair).mean())
    torch.testing.assert_close(said["label"], -net.classifier.logits(fake).log_softmax(dim=1)[range(12), Y].mean())
    d, c = ([net_of.features(x) for x in (X, pair, fake)] for net_of in (net.discriminator, net.classifier))
    d, c = ([f / torch.cat(fs).square().mean().sqrt() for f in fs] for fs in (d, c))
    torch.testing.assert_close(said["features"], 0.5 * squares(d[0], d[1]).mean() + 0.5 * squares(c[0], c[1]).mean(), rtol=1e-4, atol=1e-4)
    embedded = [objective.embed(f).mean(dim=0) for f in (d[0], d[2])]
    torch.testing.assert_close(said["feature_matching"], 0.5 * (embedded[0] - embedded[1]).square().sum(), rtol=1e-3, atol=1e-4)
    centres = [torch.stack([objective.embed(f)[k == Y].mean(dim=0) for k in range(3)]) for f in (c[0], c[2])]
    torch.testing.assert_close(said["class_feature_matching"], 0.5 * squares(*centres).mean(), rtol=1e-3, atol=1e-4)
    of_z = torch.stack([objective.embed_z(q.mean)[k == Y].mean(dim=0) for k in range(3)])
    torch.testing.assert_close(said["latent_class_mmd"], 0.5 * squares(of_z, of_z.mean(dim=0).expand_as(of_z)).mean(), rtol=1e-4, atol=1e-4)


def test_a_cvaegans_judges_pay_for_what_they_judge(vaegan):
    objective, net = vaegan
    said, rng = objective.discriminator_loss(BATCH, seeded(3)), seeded(3)
    prior = torch.randn(9, 4, generator=rng)
    z = net.encode(X, Y).sample(rng)
    fake = net.decode(torch.cat([z[[11, 0, 1]], prior]), Y)
    real, drawn = (net.discriminator.logits(x).sigmoid() for x in (X, fake))
    torch.testing.assert_close(said["loss"], -real.log().mean() - (1 - drawn).log().mean())
    torch.testing.assert_close((said["real"], said["fake"]), (real.mean(), drawn.mean()))
    p = net.classifier.train().requires_grad_(False)
    p.body[-3].p = p.head[0].p = 0.0  # dropout
    said = objective.classifier_loss(BATCH, seeded(3))
    torch.testing.assert_close(said["loss"], -p.logits(X).log_softmax(dim=1)[range(12), Y].mean())


def test_a_cvaegans_three_turns_move_at_their_rates():
    turns = CVAEGANObjective(small("cvaegan"), Weights(discriminator_lr=0.25)).turns()
    assert {turn.name: turn.rate(0.0) for turn in turns} == {"discriminator": 0.25, "classifier": 1.0, "generator": 1.0}


def test_pictures_are_judged_through_one_small_shift_and_noise_of_their_own():
    objective, shifts = CVAEGANObjective(small("cvaegan"), Weights(noise=0.0)), set()
    marked = torch.zeros(2, 1, 8, 8)
    marked[:, 0, 4, 4] = 1
    for k in range(300):
        augment = objective.augment(seeded(k))
        (a, b), again = augment(marked), augment(marked)[0]
        assert torch.equal(a, b)
        assert torch.equal(a, again)
        shifts.add(tuple(a[0].nonzero()[0].sub(4).tolist()))
    assert shifts == {(i, j) for i in range(-2, 3) for j in range(-2, 3)}
    noisy = CVAEGANObjective(small("cvaegan"), Weights(noise=0.3)).augment(seeded())
    first, second = noisy(torch.zeros(200, 1, 8, 8)), noisy(torch.zeros(200, 1, 8, 8))
    assert first.std().item() == pytest.approx(0.3, rel=0.03)
    assert not torch.equal(first, second)


def test_random_features_tell_the_gaussian_kernels_of_three_widths():
    """E 2 cos(ωa + φ) cos(ωb + φ) = exp(−½ s²‖a − b‖²/F), as a mean over s = ½, 1, 2."""
    torch.manual_seed(0)
    embed, (a, b) = RandomFourierFeatures(4, 60_000), torch.tensor([[0.3, -1.0, 2.0, 0.5], [-0.7, 0.2, 1.0, 0.0]])
    random = embed(torch.stack([a, b]))[:, 4:]
    expected = sum(math.exp(-0.5 * s**2 * float((a - b).square().sum()) / 4) for s in (0.5, 1, 2)) / 3
    assert float(random[0] @ random[1]) / 60_000 == pytest.approx(expected, abs=0.015)
    assert float(random[0] @ random[0]) / 60_000 == pytest.approx(1, abs=0.015)


def test_features_of_real_and_drawn_are_brought_to_a_common_size_of_one():
    a, b = 10 * torch.rand(5, 4, generator=seeded()), 0.1 * torch.rand(5, 4, generator=seeded(1))
    made = normalize_features(a, b)
    assert torch.cat(made).square().mean().sqrt().item() == pytest.approx(1, abs=1e-4)
    torch.testing.assert_close(made[0] / made[1], a / b)


def test_a_moving_average_keeps_so_much_of_what_it_was():
    average = MovingAverage((1, 1), decay=0.75)
    assert [average(torch.tensor([[x]])).item() for x in (4.0, 0.0, 8.0)] == pytest.approx([4.0, 3.0, 0.75 * 3 + 0.25 * 8])
    objective = CVAEGANObjective(small("cvaegan"))
    for kept in (objective.real_d, objective.fake_d):
        assert [kept(torch.full((1, 16), x))[0, 0].item() for x in (0.0, 10.0)] == pytest.approx([0.0, 1.0])  # nine tenths are kept
