"""Which pictures a figure is of, and what it makes of them: sets of samples, splits, swaps, holes, judges."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from genlib import checkpoint, data
from genlib.batch import Batch
from genlib.evaluation import likelihood, metrics, report, samples, swaps
from genlib.models.base import Normal
from genlib.recipes import RECIPES
from tests.conftest import small


def seeded(k: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(k)


def config(**more):
    return type("Config", (), {"classes": 3, "factors": (), "latent_dim": 2, "size": 4, "channels": 1} | more)


class Dice(nn.Module):
    """Draws a grey of 0.2 and a tenth of its class, and z's first number beside it; a code is the picture's grey."""

    def __init__(self, **more):
        super().__init__()
        self.config = config(**more)

    def prior(self, n, rng=None):
        return torch.rand(n, 2, generator=rng)

    def encode(self, x, y=None):
        z = x[:, 0, 0, :2]
        return Normal(z, torch.full_like(z, -torch.inf))

    def decode(self, z, y=None):
        grey = 0.2 + (0 if y is None else 0.1 * y.float()) + 0.05 * z[:, 0]
        return grey[:, None, None, None].expand(-1, 1, 4, 4)


class Grey(nn.Module):
    """Three features of a picture, and the class its grey says."""

    def features(self, x):
        return torch.stack([10 * x.mean(dim=(1, 2, 3)), x[:, 0, 0, 0], x[:, 0, 1, 1]], dim=1)

    def logits(self, x):
        return nn.functional.one_hot(((x.mean(dim=(1, 2, 3)) * 10).round().long() - 2).clamp(0, 2), 3).float()


def test_figures_of_samples_are_of_three_sets_of_as_many_as_there_are_test_pictures(monkeypatch):
    asked = []
    monkeypatch.setattr(samples, "gan_train", lambda recipe, generated, test: asked.append(generated) or 0.5)
    monkeypatch.setattr(metrics, "fid", lambda real, fake: float((real.mean(dim=0) - fake.mean(dim=0)).square().sum()) * len(fake))
    monkeypatch.setattr(metrics, "kid", lambda real, fake: float(fake[0, 0] - real[0, 0]))
    test = Batch(torch.rand(30, 1, 4, 4, generator=seeded(1)), torch.arange(30) % 3)
    known = torch.rand(30, 1, 4, 4, generator=seeded(2))
    said = samples.sample_figures(
        Dice(), {"classifier": Grey(), "lenet": Grey()}, test, known, seeded(3), classifier=None, labels=("a", "b", "c"), gan_train_n=50
    )
    rng, y, judge = seeded(3), torch.arange(50) % 3, Grey()
    drawn = Dice().decode(Dice().prior(50, rng), y)
    sets = [drawn[:30], *(Dice().decode(Dice().prior(30, rng), y[:30]) for _ in range(2))]
    fids = [metrics.fid(judge.features(test.x), judge.features(x)) for x in sets]
    assert said["fid"] == pytest.approx(sum(fids) / 3, rel=1e-4)
    assert said["fid_spread"] == pytest.approx(max(fids) - min(fids), rel=1e-3)
    assert said["fid_floor"] == pytest.approx(metrics.fid(judge.features(test.x), judge.features(known)))
    assert said["fid_lenet"] == pytest.approx(fids[0], rel=1e-4)
    assert said["kid"] == pytest.approx(float(judge.features(sets[0])[0, 0] - judge.features(test.x)[0, 0]), rel=1e-4)
    density, coverage = metrics.density_coverage(judge.features(test.x), judge.features(sets[0]))
    assert (said["density"], said["coverage"]) == (density, coverage)
    assert torch.equal(asked[0].y, y)
    assert torch.equal(asked[0].x, (drawn * 255).round().to(torch.uint8))


def test_a_pixel_models_samples_are_one_set_with_a_reading_without_guidance(monkeypatch):
    monkeypatch.setattr(metrics, "fid", lambda real, fake: float(fake.sum()))
    monkeypatch.setattr(metrics, "kid", lambda real, fake: 0.0)
    monkeypatch.setattr(samples, "gan_train", lambda *_: 0.5)
    from genlib.models.pixelcnn import PixelCNN, PixelCNNConfig

    torch.manual_seed(0)
    model = PixelCNN(PixelCNNConfig(size=4, classes=3, levels=5, width=4, dilations=(1,), guidance=2.0)).eval().requires_grad_(False)
    for p in model.parameters():
        p.mul_(3)
    test = Batch(torch.rand(12, 1, 4, 4, generator=seeded(1)), torch.arange(12) % 3)
    said = samples.sample_figures(model, {"classifier": Grey()}, test, test.x, seeded(3), classifier=None, labels=("a", "b", "c"), gan_train_n=12)
    rng, y = seeded(3), torch.arange(12) % 3
    guided, plain = (samples.ops.draw(model, 12, y, rng=rng, guidance=w) for w in (2.0, 0.0))
    assert "fid_spread" not in said
    assert said["fid"] == pytest.approx(float(Grey().features(guided).sum()))
    assert said["fid_unguided"] == pytest.approx(float(Grey().features(plain).sum()))
    assert said["gan_test_acc_unguided"] == pytest.approx(metrics.accuracy(Grey(), plain, y))


@pytest.mark.parametrize(
    ("family", "whole", "n"), [("cvae", True, 90), ("cvae", False, 2 * 12), ("pixelcnn", True, 20_000), ("pixelcnn", False, 2 * 12)]
)
def test_a_classifier_is_taught_by_as_many_samples_as_there_are_training_pictures_or_twice_a_part(family, whole, n, monkeypatch):
    said = {}
    monkeypatch.setattr(report, "sample_figures", lambda model, judges, test, known, rng, **more: said.update(more, known=known, rng=rng) or {})
    monkeypatch.setattr(report, "judges_of", lambda *_: {})
    greys = torch.arange(90, dtype=torch.uint8)[:, None, None, None].expand(-1, 1, 4, 4)
    train_set = data.Images(greys, torch.arange(90) % 3, ("a", "b", "c"))
    info = checkpoint.Info(family, {}, dataset="mnist", labels=("x", "y", "z"))
    report.measure_samples(None, info, train_set, train_set.batch(slice(0, 12)), 5, whole)
    assert said["gan_train_n"] == n
    assert said["classifier"] is RECIPES["classifier-mnist"]
    assert said["labels"] == ("x", "y", "z")
    expected = torch.randperm(90, generator=seeded(5))[:12]
    assert (said["known"][:, 0, 0, 0] * 255).round().int().tolist() == expected.tolist()
    assert torch.equal(torch.rand(3, generator=said["rng"]), torch.rand(3, generator=seeded(5)))


def test_a_whole_test_set_is_told_from_a_part_of_it(monkeypatch):
    seen = []
    sets = {split: data.Images(torch.zeros(n, 1, 8, 8, dtype=torch.uint8), torch.zeros(n).long(), ("a",)) for split, n in (("train", 9), ("test", 6))}
    monkeypatch.setattr(data, "load", lambda name, split, root: sets[split])
    monkeypatch.setattr(report, "measure_samples", lambda model, info, train, test, seed, whole: seen.append((len(train), len(test.x), whole)) or {})
    info = checkpoint.Info("vae", {}, dataset="mnist")
    for n in (6, 4, 100):
        report.measure(small("vae"), info, None, n, 0)
    assert seen == [(9, 6, True), (9, 4, False), (9, 6, True)]


def test_an_elbo_is_drawn_once_by_the_seed_and_its_error_taken_at_the_mean():
    model, x = small("vae"), torch.rand(9, 1, 8, 8, generator=seeded(2))
    said = likelihood.likelihood_figures(model, Batch(x, torch.zeros(9).long()), seeded(6))
    q = model.encode(x)
    p = model.decode(q.mean + (0.5 * q.logvar).exp() * torch.randn(9, 2, generator=seeded(6)))
    cross = nn.functional.binary_cross_entropy(p, x, reduction="sum") / 9
    assert said["reconstruction_nats"] == pytest.approx(float(cross), rel=1e-4)
    assert said["reconstruction_mse"] == pytest.approx(float((model.decode(q.mean) - x).square().sum() / 9), rel=1e-4)
    point = likelihood.likelihood_figures(small("ae"), Batch(x, torch.zeros(9).long()), seeded(6))
    assert point.keys() == {"reconstruction_nats", "reconstruction_mse"}


def test_a_model_told_z_has_the_nats_of_its_own_code_alone():
    model, x, y = small("pixelgan"), torch.randint(0, 5, (4, 1, 8, 8), generator=seeded()) / 4, torch.tensor([0, 1, 2, 0])
    log_p = model.logits(x, y).log_softmax(dim=1).gather(1, (x * 4).round().long()).flatten(1).sum(dim=1)
    assert likelihood.likelihood_figures(model, Batch(x, y), seeded()) == {"reconstruction_nats": pytest.approx(-log_p.mean().item(), rel=1e-5)}
    assert likelihood.likelihood_figures(small("gan"), Batch(x, y), seeded()) == {}


def test_a_part_too_large_for_memory_is_measured_slice_by_slice():
    x = torch.arange(7.0)
    assert metrics.map_batches(lambda a, b: a * 10 + b, x, x, size=3).tolist() == [11 * v for v in range(7)]


def test_weights_are_clipped_where_they_are_within_a_hundredth_of_either_bound():
    model = small("wgan")
    for p in model.critic.parameters():
        p.zero_()
    first = next(model.critic.parameters()).flatten()
    first[:6] = torch.tensor([0.00995, -0.00995, 0.01005, 0.0098, 0.0102, -0.01])
    share = sum(p.numel() for p in model.critic.parameters()) * report.clipped_share(model)
    assert share == pytest.approx(4, abs=0.01)
    first[:6] = torch.tensor([0.002, -0.002, 0.00199, 0.01, -0.01, 0.00201])
    model.config = replace(model.config, bound=0.002)  # the model's own box
    share = sum(p.numel() for p in model.critic.parameters()) * report.clipped_share(model)
    assert share == pytest.approx(4, abs=0.01)


def test_a_swapped_picture_has_another_class_and_each_other_class_as_often():
    test, seen = Batch(torch.rand(3000, 1, 4, 4, generator=seeded()), torch.arange(3000) % 3), []

    class Spy(Grey):
        def logits(self, x):
            seen.append(((x[:, 0, 0, 0] - 0.2) * 10).floor().long())
            return super().logits(x)

    share = swaps.swap_identity(Dice(), Spy(), test, 0)
    target = torch.cat(seen)
    assert not (target == test.y).any()
    assert ((target - test.y) % 3).bincount().tolist()[1:] == pytest.approx([1500, 1500], abs=120)
    right = Grey().logits(0.2 + 0.1 * target[:, None, None, None] + 0.05 * test.x[:, :, :1, :1]).argmax(dim=1) == target
    assert share == pytest.approx(right.float().mean().item(), abs=2e-3)


@pytest.fixture
def album():
    """Two people under two lights, four pictures of each, of known greys."""
    y = torch.arange(16) // 8
    light = torch.arange(16) // 4 % 2
    grey = (10 * torch.arange(16) + 20 * y).to(torch.uint8)
    return data.Images(grey[:, None, None, None].expand(-1, 1, 8, 8), y, ("a", "b"), light, ("l", "m"))


def test_the_mean_of_a_light_is_that_of_its_pictures(album):
    means = swaps.attribute_means(album)
    grey = album.x[:, 0, 0, 0].float() / 255
    torch.testing.assert_close(means[:, 0, 3, 3], torch.stack([grey[album.attribute == k].mean() for k in (0, 1)]))


def test_the_nearest_of_an_album_is_of_the_target_and_most_like_the_source(album):
    x = album.x[[15, 0, 9]].float() / 255
    found = swaps.nearest(album, x, torch.tensor([0, 1, 1]))
    assert (found[:, 0, 0, 0] * 255).round().int().tolist() == [70, 100, 110]
    assert swaps.nearest(album, x, torch.tensor([0, 1, 2])) is None


def test_simpler_answers_to_a_swap_are_measured_against_the_same_true_pictures(album):
    class Still(nn.Module):
        """Swaps nothing: draws what it read."""

        config = config(classes=2)

        def encode(self, x, y):
            return Normal(x[:, 0, :1, 0], None)

        def decode(self, z, y):
            return (z + 0.02)[:, :, None, None].expand(-1, 1, 8, 8) + torch.linspace(0, 0.02, 8)

    said = swaps.swap_figures(Still(), Grey(), album, album, 0)
    source, target = swaps.pairs(album, 0)
    grey = album.x[:, 0, 0, 0].float() / 255
    assert said["swap_pairs"] == len(source) == 2 * 2 * 4 * 4
    decibels = lambda a, b: float((-10 * ((a - b) ** 2).clamp(min=1e-10).log10()).mean())  # noqa: E731
    assert said["copy_psnr_db"] == pytest.approx(decibels(grey[target], grey[source]), rel=1e-4)
    means = torch.stack([grey[album.attribute == k].mean() for k in (0, 1)])
    assert said["light_mean_psnr_db"] == pytest.approx(decibels(grey[target], means[album.attribute[target]]), rel=1e-4)
    closest = [min(grey[album.y == album.y[t]].tolist(), key=lambda v, s=s: abs(v - float(grey[s]))) for s, t in zip(source, target, strict=True)]
    assert said["nearest_psnr_db"] == pytest.approx(decibels(grey[target], torch.tensor(closest)), rel=1e-3)
    result = Still().decode(grey[source][:, None], None)
    assert said["swap_psnr_db"] == pytest.approx(metrics.psnr(album.batch(target).x, result).mean().item(), rel=1e-4)
    assert said["swap_sharpness"] > 1e6  # the true pictures are flat


def test_sharpness_of_a_swap_is_over_that_of_the_truth():
    x = torch.linspace(0, 1, 8).expand(4, 1, 8, 8)
    assert metrics.sharpness(0.5 * x) / metrics.sharpness(x) == pytest.approx(0.5)
    both = x + x.transpose(2, 3)
    assert metrics.sharpness(both) == pytest.approx(math.sqrt(2) / 7, rel=1e-5)


def test_pairs_are_drawn_by_the_seed_and_so_many_at_most(album, monkeypatch):
    monkeypatch.setattr(swaps, "MAX_PAIRS", 20)
    a, b, again = swaps.pairs(album, 0), swaps.pairs(album, 1), swaps.pairs(album, 0)
    assert len(a[0]) == 20
    assert torch.equal(a[0], again[0])
    assert not torch.equal(a[0], b[0])


def test_a_hole_is_three_to_four_eighths_wide_and_may_lie_anywhere():
    mask = swaps.holes(4000, 16, seeded())
    sides = mask.any(dim=1).sum(dim=1)
    assert torch.equal(sides, mask.any(dim=2).sum(dim=1))
    assert sides.bincount().nonzero().flatten().tolist() == [6, 7, 8]
    assert mask[:, 0].any(dim=1).any()
    assert mask[:, -1].any(dim=1).any()
    assert mask[:, :, 0].any()
    assert mask[:, :, -1].any()
    assert mask.float().mean(dim=0)[8, 8] > 3 * mask.float().mean(dim=0)[0, 0]


def test_a_repair_is_measured_inside_its_hole_after_each_pass_beside_the_mean_of_what_is_known():
    class Half(nn.Module):
        """Its answer is a half in each pass more of what was there: the hole goes to 0.5."""

        config = config(classes=3)
        prior = Dice.prior

        def encode(self, x, y=None):
            self.x = x
            return Normal(x.flatten(1), None)

        def decode(self, z, y=None):
            return torch.full((len(z), 1, 16, 16), 0.1) if z.shape[1] == 2 else 0.5 * (z.view(-1, 1, 16, 16) + 0.5)

    x = torch.rand(20, 1, 16, 16, generator=seeded(4))
    said = swaps.inpaint_figures(Half(), Batch(x, torch.arange(20) % 3), 7, passes=3)
    mask = swaps.holes(20, 16, seeded(7))
    expected, fill = [], torch.full_like(x, 0.1)
    for _ in range(3):
        fill = 0.5 * (fill + 0.5)
        errors = torch.stack([(a - b)[:, m].square().mean() for a, b, m in zip(x, fill, mask, strict=True)])
        expected.append(float((-10 * errors.log10()).mean()))
    assert said["inpaint_psnr_db"] == pytest.approx(expected, abs=2e-3)
    errors = torch.stack([(a[:, m] - a[:, ~m].mean()).square().mean() for a, m in zip(x, mask, strict=True)])
    assert said["mean_fill_psnr_db"] == pytest.approx(float((-10 * errors.log10()).mean()), rel=1e-4)


def test_swaps_of_known_lights_are_measured_whole_and_holes_on_some_of_the_test_pictures(album, monkeypatch):
    seen = {}
    monkeypatch.setattr(report, "judges_of", lambda *_: {"classifier": "judge"})
    monkeypatch.setattr(swaps, "swap_figures", lambda *given: seen.update(swap=given) or {"a": 1})
    monkeypatch.setattr(swaps, "inpaint_figures", lambda *given: seen.update(hole=given) or {"b": 2})
    monkeypatch.setattr(swaps, "swap_identity", lambda *given: seen.update(plain=given) or 0.5)
    info, plain = checkpoint.Info("cvae", {}, dataset="faces"), data.Images(album.x, album.y, album.labels)
    test = plain.batch(slice(0, 5))
    assert report.measure_swaps("model", info, album, album, test, 3) == {"a": 1, "b": 2}
    assert seen["swap"] == ("model", "judge", album, album, 3)
    assert torch.equal(seen["hole"][1].y, album.y[torch.randperm(16, generator=seeded(3))])
    assert report.measure_swaps("model", info, album, plain, test, 3) == {"swap_identity_acc": 0.5}
    assert seen["plain"] == ("model", "judge", test, 3)


def test_a_classifier_taught_by_samples_is_of_another_seed_and_never_of_more_batches_than_its_recipe(monkeypatch):
    from dataclasses import replace

    seen = []
    monkeypatch.setattr(samples.train, "train", lambda run, batches, budget: seen.append((run.seed, batches.seed, budget.steps)) or [])
    recipe = replace(RECIPES["classifier-mnist"], steps=1000, batch=10)
    x = torch.zeros(2000, 1, 28, 28, dtype=torch.uint8)
    test = Batch(torch.zeros(2, 1, 28, 28), torch.zeros(2).long())
    for n in (100, 2000):
        samples.gan_train(recipe, data.Images(x[:n], torch.zeros(n).long(), ("0",) * 10), test)
    samples.gan_train(replace(recipe, steps=300), data.Images(x, torch.zeros(2000).long(), ("0",) * 10), test)
    assert [steps for *_, steps in seen] == [400, 600, 300]  # three epochs of 2,000 in tens
    assert len({seed for row in seen for seed in row[:2]}) == 1
    assert recipe.seed not in seen[0]
