import json
import math

import pytest
import torch
from torch.distributions import Bernoulli, kl_divergence
from torch.distributions import Normal as Reference

from genlib import train
from genlib.batch import Batch
from genlib.checkpoint import CheckpointError
from genlib.models.base import Normal, class_weights
from genlib.models.cvae import CVAEConfig
from genlib.models.cvae_gan import CVAEGAN
from genlib.objectives import registry
from genlib.objectives.adversarial import Adversarial
from genlib.objectives.aegan import AEGANObjective
from genlib.objectives.base import Turn
from genlib.objectives.classification import Classification
from genlib.objectives.cvae_gan import CVAEGANObjective, MovingAverage, RandomFourierFeatures, Weights, class_centres
from genlib.objectives.elbo import ELBO, bernoulli_nll, gaussian_nll, kl_to_standard_normal
from genlib.objectives.likelihood import Likelihood, bits_per_dim, foreground_nll, level_nll
from genlib.objectives.reconstruction import Reconstruction
from genlib.objectives.semi_supervised import SemiSupervised
from genlib.objectives.wae import WAE, PixelWAE
from genlib.objectives.wasserstein import WGANGPObjective, WGANObjective
from genlib.recipes import RECIPES
from tests.conftest import SMALL, small

OBJECTIVES = {
    "ae": Reconstruction, "vae": ELBO, "cvae": ELBO, "cvaegan": CVAEGANObjective, "pixelcnn": Likelihood, "pixelrnn": Likelihood,
    "pixelgan": PixelWAE, "classifier": Classification, "lenet": Classification, "waegan": WAE, "aegan": AEGANObjective, "gan": Adversarial,
    "dcgan": Adversarial, "cgan": Adversarial, "wgan": WGANObjective, "wgangp": WGANGPObjective, "ssgan": SemiSupervised,
}  # fmt: skip


def built(family, seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return OBJECTIVES[family](SMALL[family]())


def stripes(_step=0, _rng=None):
    """Three classes a tiny network can tell apart: a row, a column, a block."""
    x = torch.zeros(12, 1, 8, 8)
    x[0::3, :, 2], x[1::3, :, :, 5], x[2::3, :, 3:6, 3:6] = 1, 1, 1
    return Batch(x, torch.arange(12) % 3)


def given(family):
    """The stripes as a family's batches: a semi-supervised one knows half the labels."""
    batch = stripes()
    some = Batch(batch.x, torch.where(torch.arange(12) < 6, batch.y, -1))
    return (lambda *_: some) if family == "ssgan" else stripes


def test_the_kl_is_the_textbooks():
    q = Normal(torch.randn(4, 3), torch.randn(4, 3))
    expected = kl_divergence(Reference(q.mean, (0.5 * q.logvar).exp()), Reference(0.0, 1.0)).sum(dim=1)
    torch.testing.assert_close(kl_to_standard_normal(q), expected)


def test_the_reconstruction_is_a_bernoullis_log_likelihood():
    logits, x = torch.randn(3, 1, 8, 8), torch.rand(3, 1, 8, 8).round()
    torch.testing.assert_close(bernoulli_nll(logits, x), -Bernoulli(logits=logits).log_prob(x).flatten(1).sum(dim=1))


def test_the_gaussian_reconstruction_is_a_normals_log_likelihood_but_for_its_constant():
    logits, x = torch.randn(3, 1, 8, 8), torch.rand(3, 1, 8, 8)
    expected = -Reference(logits.sigmoid(), 1.0).log_prob(x).flatten(1).sum(dim=1) - 32 * math.log(2 * math.pi)
    torch.testing.assert_close(gaussian_nll(logits, x), expected)


def test_a_uniform_pixelcnn_costs_the_logarithm_of_its_levels():
    nll = level_nll(torch.zeros(2, 256, 4, 4), torch.rand(2, 1, 4, 4))
    torch.testing.assert_close(nll, torch.full((2,), 16 * math.log(256)))
    torch.testing.assert_close(bits_per_dim(nll, 16), torch.full((2,), 8.0))


def test_light_and_dark_are_as_likely_as_their_levels_together():
    logits, x = torch.randn(3, 5, 8, 8), torch.randint(0, 5, (3, 1, 8, 8)) / 4
    p, light = logits.softmax(dim=1), x[:, 0] >= 0.5
    own = torch.where(light, p[:, 2:].sum(dim=1), p[:, :2].sum(dim=1))
    torch.testing.assert_close(foreground_nll(logits, x), -own.log().flatten(1).sum(dim=1))


def test_class_centres_are_means_within_each_class():
    f = torch.tensor([[1.0, 5.0], [3.0, 7.0], [10.0, 0.0]])
    centres, present = class_centres(f, class_weights(torch.tensor([0, 0, 2]), 3))
    assert centres.tolist() == [[2.0, 6.0], [0.0, 0.0], [10.0, 0.0]]
    assert present.tolist() == [True, False, True]


def test_the_embedding_tells_apart_what_a_centre_of_features_cannot(rng):
    torch.manual_seed(0)
    embed, near, far = RandomFourierFeatures(64), torch.randn(4000, 64, generator=rng), torch.randn(4000, 64, generator=rng)
    other = near.sign() * 0.8 * 2**0.5 * (torch.rand(4000, 1, generator=rng) < 0.5)  # the same centre, another shape
    same, different = (0.5 * (embed(near) - embed(x)).mean(dim=0).square().sum() for x in (far, other))
    assert different > 10 * same
    torch.testing.assert_close(embed(near)[:, :64], near)


def test_a_moving_average_passes_the_whole_gradient_of_what_is_there():
    average, x = MovingAverage((2, 1), decay=0.9), torch.tensor([[2.0], [5.0]], requires_grad=True)
    average(torch.ones(2, 1))
    value = average(x, torch.tensor([True, False]))
    torch.testing.assert_close(value.detach(), torch.tensor([[1.1], [1.0]]))
    value.sum().backward()
    assert x.grad.tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize("family", SMALL)
def test_a_turn_moves_its_own_parameters_and_no_others(family):
    objective = built(family)
    for turn in objective.turns():
        before = {k: v.clone() for k, v in objective.model.named_parameters()}
        optimizer = torch.optim.AdamW(turn.net.parameters(), lr=1e-2)
        train.optimizer_step(turn, optimizer, given(family)(), torch.Generator().manual_seed(0), 1e-2)
        own = {id(p) for p in turn.net.parameters()}
        for name, p in objective.model.named_parameters():
            if id(p) not in own:
                assert torch.equal(p, before[name]), f"{turn.name} moved {name}"
        assert any(not torch.equal(p, before[n]) for n, p in objective.model.named_parameters() if id(p) in own)


@pytest.mark.parametrize(
    ("family", "key", "share"),
    [
        ("ae", "model/loss", 0.3), ("vae", "model/loss", 0.6), ("cvae", "model/loss", 0.6), ("pixelcnn", "model/loss", 0.3),
        ("pixelgan", "model/reconstruction", 0.3), ("classifier", "model/loss", 0.3), ("cvaegan", "generator/pixels", 0.3),
    ],
)  # fmt: skip
def test_every_model_learns_three_pictures(family, key, share):
    run = train.Run(built(family), lr=1e-2, betas=(0.5, 0.999) if family == "cvaegan" else (0.9, 0.999))
    history = [p.metrics[key].item() for p in train.train(run, stripes, train.Budget(steps=250)) if key in p.metrics]
    assert sum(history[-10:]) / 10 < share * history[0]


def test_a_cvaegans_pictures_become_of_the_class_asked_for():
    run = train.Run(built("cvaegan"), lr=5e-3, betas=(0.5, 0.999))
    *_, end = train.train(run, stripes, train.Budget(steps=300))
    assert end.metrics["generator/label"] < 0.5


def test_a_loss_that_is_not_finite_stops_the_run():
    run = train.Run(built("vae"), lr=1e-2)
    with pytest.raises(FloatingPointError, match="loss"):
        list(train.train(run, lambda *_: Batch(torch.full((2, 1, 8, 8), torch.nan), torch.zeros(2).long()), train.Budget(steps=2)))


@pytest.mark.parametrize("family", ["cvaegan", "classifier", "aegan"])  # an AEGAN changes its turns at half the run
def test_a_resumed_run_is_the_run_that_never_stopped(family, tmp_path):
    options = {"lr": 1e-2, "ema": 0.9, "seed": 5}
    whole = train.Run(built(family), **options)
    list(train.train(whole, stripes, train.Budget(steps=8)))
    first = train.Run(built(family), **options)
    for progress in train.train(first, stripes, train.Budget(steps=8)):
        if progress.step == 4:
            break
    train.save_state(first, tmp_path)
    second = train.Run(built(family, seed=99), **options)
    train.load_state(second, tmp_path)
    list(train.train(second, stripes, train.Budget(steps=8)))
    for (name, a), b in zip(whole.model().state_dict().items(), second.model().state_dict().values(), strict=True):
        assert torch.equal(a, b), name


def test_a_state_is_refused_by_a_run_of_another_objective_or_other_pictures(tmp_path):
    train.save_state(train.Run(ELBO(SMALL["vae"](), beta=0.1)), tmp_path, data="these")
    with pytest.raises(CheckpointError, match="another objective"):
        train.load_state(train.Run(ELBO(SMALL["vae"](), beta=10.0)), tmp_path, "these")
    run = train.Run(ELBO(SMALL["vae"](), beta=0.1))
    before = {key: value.clone() for key, value in run.state().items()}
    with pytest.raises(CheckpointError, match="other pictures"):
        train.load_state(run, tmp_path, "those")
    assert all(torch.equal(value, run.state()[key]) for key, value in before.items())
    assert train.load_state(run, tmp_path, "these")["data"] == "these"


@pytest.mark.parametrize("raw", [b"", b"{}", b"\xff" * 20, (2).to_bytes(8, "little") + b"[]", (2).to_bytes(8, "little") + b"{}"])
def test_a_broken_state_is_refused_in_one_sentence(raw, tmp_path):
    (tmp_path / train.STATE).write_bytes(raw)
    with pytest.raises(CheckpointError):
        train.load_state(train.Run(built("vae")), tmp_path)


@pytest.mark.parametrize("name", [name for name in RECIPES if not name.endswith(("-fashion", "-sprites"))])
def test_every_recipes_objective_comes_back_from_its_json(name):
    objective = RECIPES[name].build()
    described = json.loads(json.dumps(registry.describe(objective)))
    again = registry.build(described, objective.model)
    assert type(again) is type(objective)
    assert registry.describe(again) == described


def test_a_cvaegans_generator_draws_reconstructions_and_samples_in_one_batch_as_its_batchnorm_will_be_asked_for_both():
    objective, sizes = built("cvaegan"), {"generator": set(), "classifier": set()}
    batch = given("cvaegan")()
    for name, seen in sizes.items():
        for module in getattr(objective.model, name).modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.register_forward_pre_hook(lambda _module, inputs, seen=seen: seen.add(len(inputs[0])))
    objective.generator_loss(batch, torch.Generator().manual_seed(0))
    assert sizes == {"generator": {2 * len(batch.x)}, "classifier": {len(batch.x)}}


@pytest.mark.parametrize("family", ["ssgan", "dcgan", "cgan", "wgan"])
def test_real_and_generated_never_meet_in_one_pass_through_batchnorm(family):
    objective, sizes = built(family), set()
    batch = given(family)()
    for module in objective.model.modules():
        if isinstance(module, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
            module.register_forward_pre_hook(lambda _module, inputs: sizes.add(len(inputs[0])))
    for turn in objective.turns():
        turn.loss(batch, torch.Generator().manual_seed(0))
    assert sizes <= {len(batch.x), int((batch.y < 0).sum())}, sizes


def test_a_semi_supervised_discriminator_reads_real_and_generated_apart():
    objective, sizes, batch = built("ssgan"), [], given("ssgan")()
    objective.model.body.register_forward_pre_hook(lambda _module, inputs: sizes.append(len(inputs[0])))
    objective.discriminator_loss(batch, torch.Generator().manual_seed(0))
    assert sizes == [6, 6, 6]  # the labelled, the rest, the generated


def test_a_semi_supervised_loss_is_its_terms_and_the_teacher_teaches_where_it_is_sure():
    model, batch = SMALL["ssgan"](), given("ssgan")()
    objective = SemiSupervised(model, consistency=0.7, confidence=0.0)
    metrics = objective.discriminator_loss(batch, torch.Generator().manual_seed(0))
    expected = metrics["labelled"] + metrics["apart"] + 0.7 * metrics["consistent"]
    torch.testing.assert_close(metrics["loss"], expected)
    assert metrics["consistent"] > 0
    objective.confidence = 0.9999
    assert objective.consistent(batch.x, torch.Generator().manual_seed(0)) == 0
    assert not any(p.requires_grad for p in objective.teacher.parameters())


def test_the_teacher_reads_the_picture_as_it_is_and_the_discriminator_as_it_is_moved(monkeypatch):
    model, x = SMALL["ssgan"]().eval(), given("ssgan")().x
    objective = SemiSupervised(model, consistency=1.0, confidence=0.0)
    monkeypatch.setattr("genlib.objectives.semi_supervised.jitter", lambda x, rng, **how: 1 - x)
    y = objective.teacher(x).argmax(dim=1)
    expected = torch.nn.functional.cross_entropy(model.logits(1 - x), y)
    torch.testing.assert_close(objective.consistent(x, torch.Generator()), expected)


def test_the_teacher_follows_the_discriminator_as_a_moving_average():
    model = SMALL["ssgan"]()
    objective = SemiSupervised(model, consistency=1.0)
    before = [p.clone() for p in objective.teacher.parameters()]
    with torch.no_grad():
        for p in (*model.body.parameters(), *model.head.parameters()):
            p.add_(1)
    objective.follow()
    for a, b in zip(before, objective.teacher.parameters(), strict=True):
        torch.testing.assert_close(b, a + 0.9)  # a young average keeps a tenth
    objective.seen.fill_(10**9)
    objective.follow()
    for a, b in zip(before, objective.teacher.parameters(), strict=True):
        torch.testing.assert_close(b, a + 0.9 + 0.002 * 0.1)
    assert objective.turns()[0].post_step == objective.follow


def test_feature_matching_is_the_squared_distance_of_two_centres_over_their_common_scale():
    objective, batch = built("ssgan"), given("ssgan")()
    model = objective.model.eval()
    loss = objective.generator_loss(batch, torch.Generator().manual_seed(0))["loss"]
    fake = model.decode(model.prior(6, torch.Generator().manual_seed(0)))
    real, drawn = model.features(batch.x[6:]), model.features(fake)
    apart, scale = real.mean(dim=0) - drawn.mean(dim=0), torch.cat([real, drawn]).square().mean().sqrt()
    torch.testing.assert_close(loss, (apart.norm() / scale) ** 2, rtol=1e-4, atol=0)


def three_classes(**weights) -> CVAEGANObjective:
    torch.manual_seed(0)
    model = CVAEGAN(CVAEConfig(size=8, classes=3, latent_dim=2, width=4, features=8))
    return CVAEGANObjective(model, Weights(**weights))


def test_a_class_that_was_never_seen_has_no_part_in_the_mean_over_classes():
    objective, y = three_classes(), torch.arange(20) % 2  # the third class is never there
    real, fake = torch.randn(2, 20, 8, generator=torch.Generator().manual_seed(1))
    embedded = [torch.stack([objective.embed(f)[y == k].mean(dim=0) for k in (0, 1)]) for f in (real, fake)]
    expected = 0.5 * (embedded[0] - embedded[1]).square().sum(dim=1).mean()
    torch.testing.assert_close(objective.class_feature_matching(real, fake, y), expected)


def test_the_common_centre_of_z_is_that_of_the_classes_seen():
    objective, y = three_classes(latent_class_mmd=1.0), torch.arange(20) % 2
    z = torch.randn(20, 2, generator=torch.Generator().manual_seed(1)) + 5
    centres = torch.stack([objective.embed_z(z)[y == k].mean(dim=0) for k in (0, 1)])
    expected = 0.5 * (centres - centres.mean(dim=0)).square().sum(dim=1).mean()
    torch.testing.assert_close(objective.latent_class_mmd(z, y), expected)


def test_a_turns_rate_falls_within_its_window():
    def never(_batch, _rng):
        raise AssertionError

    usual = Turn("a", torch.nn.Identity(), never)
    assert [usual.rate(p) for p in (0.0, 0.25, 0.999)] == pytest.approx([1.0, 0.75, 0.001])
    second = Turn("b", torch.nn.Identity(), never, lr=4.0, start=0.5, end=0.9)
    assert [second.rate(p) for p in (0.0, 0.49, 0.5, 0.7, 0.9, 0.95)] == pytest.approx([0.0, 0.0, 4.0, 2.0, 0.0, 0.0])
    late = Turn("c", torch.nn.Identity(), never, start=0.2, hold=0.5)
    assert [late.rate(p) for p in (0.1, 0.2, 0.6, 0.8)] == pytest.approx([0.0, 1.0, 1.0, 0.5])


def test_each_turn_moves_at_its_own_rate_after_the_warm_up():
    net = torch.nn.Linear(1, 1)

    class Two(torch.nn.Module):
        model = net

        def turns(self):
            return [
                Turn("fast", net, self.loss, lr=2.0, end=0.5, hold=0.9),
                Turn("late", net, self.loss, start=0.5, betas=(0.0, 0.9)),
            ]

        def loss(self, _batch, _rng):
            return {"loss": net.weight.sum()}

    run, rates = train.Run(Two(), lr=0.1), []
    for _ in train.train(run, stripes, train.Budget(steps=400)):
        rates.append([optimizer.param_groups[0]["lr"] for optimizer in run.optimizers])
    assert rates[49][0] == pytest.approx(0.1)  # half the warm-up
    assert rates[150][0] == pytest.approx(0.2)
    assert [rates[step][1] for step in (200, 300)] == pytest.approx([0.1, 0.05])
    assert [optimizer.param_groups[0]["betas"] for optimizer in run.optimizers] == [(0.9, 0.999), (0.0, 0.9)]


def test_small_models_of_two_seeds_differ():
    assert not torch.equal(small("vae", 0).decode(torch.zeros(1, 2)), small("vae", 1).decode(torch.zeros(1, 2)))


def leaking(shift: float) -> float:
    """The leak of codes (B, 2) whose second class is moved by `shift`."""
    torch.manual_seed(0)
    model = CVAEGAN(CVAEConfig(size=8, classes=2, latent_dim=2, width=4, features=8))
    objective, y = CVAEGANObjective(model, Weights(latent_class_mmd=1.0)), torch.arange(2).repeat(2000)
    z = torch.randn(4000, 2, generator=torch.Generator().manual_seed(1))
    return objective.latent_class_mmd(z + shift * y[:, None], y).item()


def test_a_code_that_tells_the_class_leaks_and_one_that_does_not_does_not():
    assert leaking(0.0) < 0.02
    assert leaking(0.5) > 10 * leaking(0.0)
    assert leaking(2.0) > leaking(0.5)


def test_a_code_of_the_same_centre_and_another_spread_leaks_too():
    torch.manual_seed(0)
    model = CVAEGAN(CVAEConfig(size=8, classes=2, latent_dim=2, width=4, features=8))
    objective, y = CVAEGANObjective(model, Weights(latent_class_mmd=1.0)), torch.arange(2).repeat(2000)
    z = torch.randn(4000, 2, generator=torch.Generator().manual_seed(1)) * (1 + 2 * y[:, None])
    assert objective.latent_class_mmd(z, y) > 0.1


def test_a_share_of_the_classes_is_left_out_and_its_bias_then_gets_no_gradient():
    model, y = SMALL["pixelcnn"](), torch.arange(3).repeat(2000)
    told = Likelihood(model, drop=0.1).conditioning(Batch(torch.zeros(6000, 1, 8, 8), y), torch.Generator().manual_seed(0))[0]
    left_out = told.sum(dim=1) == 0
    assert left_out.float().mean().item() == pytest.approx(0.1, abs=0.012)
    assert torch.equal(told[~left_out], torch.nn.functional.one_hot(y[~left_out], 3).float())
    batch, rng = Batch(torch.rand(4, 1, 8, 8), torch.tensor([0, 1, 2, 0])), torch.Generator().manual_seed(0)
    Likelihood(model, drop=0.999999).loss(batch, rng)["loss"].backward()
    assert not model.layers[0].class_bias.weight.grad.any()
    assert Likelihood(model).conditioning(batch, rng)[0] is batch.y


def test_a_grey_is_drawn_at_its_two_nearest_levels_with_its_own_mean():
    model = SMALL["pixelgan"]()  # five levels: 0, ¼, ½, ¾, 1
    x = torch.full((4000, 1, 2, 2), 0.3)
    drawn = model.dither(x, torch.Generator().manual_seed(0))
    assert set(drawn.unique().tolist()) == {0.25, 0.5}
    assert drawn.mean().item() == pytest.approx(0.3, abs=0.003)
    assert set(model.dither(torch.tensor([[[[0.0, 1.0]]]]).repeat(500, 1, 1, 1), torch.Generator()).unique().tolist()) == {0.0, 1.0}
