"""What a run does with its numbers: rates, averages, seeds, batches, changes of pictures, and where a new class starts."""

import math

import pytest
import torch
from torch import nn

from genlib import data, growth, train
from genlib.batch import Batch
from genlib.data import augment, base
from genlib.evaluation.writing import make_reference
from genlib.models.cvae import CVAEConfig
from genlib.models.cvae_gan import CVAEGAN
from genlib.objectives.base import OneTurn, Turn
from genlib.objectives.wasserstein import WGANGPObjective, WGANObjective
from genlib.recipes import RECIPES, Recipe
from tests.conftest import small


def seeded(k: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(k)


class Slope(OneTurn):
    """Loss 3w of one weight: Adam then moves it down by the learning rate a step."""

    def __init__(self, dropout: float = 0.0):
        super().__init__(nn.Sequential(nn.Linear(1, 1, bias=False), nn.Dropout(dropout)))
        nn.init.constant_(self.model[0].weight, 5.0)
        self.seen = []

    def loss(self, batch, rng):
        self.seen.append((torch.rand(4, generator=rng).tolist(), self.model[1](torch.ones(64)).tolist()))
        return {"loss": 3 * self.model[0].weight.sum()}


def nothing(_step, _rng):
    return Batch(torch.zeros(1, 1, 1, 1), torch.zeros(1).long())


def course(run, steps: int) -> list[float]:
    """The weight after each step of a run."""
    return [run.objective.model[0].weight.item() for _ in train.train(run, nothing, train.Budget(steps=steps))]


def test_a_run_warms_up_over_a_hundred_batches_and_falls_to_zero():
    steps = 400
    moved = torch.tensor([5.0, *course(train.Run(Slope(), lr=0.01), steps)]).diff()
    k = torch.arange(steps)
    expected = -0.01 * ((k + 1) / 100).clamp(max=1) * (1 - k / steps)
    torch.testing.assert_close(moved, expected, atol=2e-6, rtol=0)


def test_weights_decay_as_much_as_they_are_told():
    with_decay, without = (course(train.Run(Slope(), lr=0.01, weight_decay=w), 1)[0] for w in (0.5, 0.0))
    assert with_decay - without == pytest.approx(-0.01 / 100 * 0.5 * 5.0, rel=0.1)


def test_a_runs_averaged_weights_after_two_steps_are_theirs():
    run = train.Run(Slope(), lr=10.0, ema=0.9)
    first, second, third = course(run, 3)
    young = 2 / 11 * first + 9 / 11 * second  # decay (1 + n)/(10 + n), n = 1: the first step is a copy
    assert run.model()[0].weight.item() == pytest.approx(3 / 12 * young + 9 / 12 * third, rel=1e-6)
    assert train.Run(Slope(), ema=0.0).model()[0].weight.item() == 5
    assert train.Run(Slope(), ema=0.0).average is None


def test_every_batch_has_random_numbers_of_its_own_and_a_run_of_another_seed_other_ones():
    runs = {seed: train.Run(Slope(dropout=0.5), seed=seed) for seed in (0, 1, 2)}
    for run in runs.values():
        torch.manual_seed(torch.randint(99, ()).item())  # what was drawn before does not matter
        course(run, 30)
    for kind in (0, 1):  # from the generator; dropout's
        drawn = [tuple(row[kind]) for run in runs.values() for row in run.objective.seen]
        assert len(set(drawn)) == 90
    again = train.Run(Slope(dropout=0.5), seed=1)
    torch.manual_seed(77)
    course(again, 30)
    assert again.objective.seen == runs[1].objective.seen


def test_a_run_gives_back_the_global_state_it_seeds():
    run = train.Run(Slope(dropout=0.5), seed=9)
    torch.manual_seed(3)
    expected = torch.rand(5)
    torch.manual_seed(3)
    course(run, 3)
    assert torch.equal(torch.rand(5), expected)


def test_a_budget_in_minutes_is_used_up_by_seconds_and_one_in_batches_by_batches():
    assert train.Budget(minutes=2.0).progress(99, 30.0) == pytest.approx(0.25)
    assert train.Budget(steps=8).progress(2, 1e9) == pytest.approx(0.25)
    assert [p.step for p in train.train(train.Run(Slope()), nothing, train.Budget(steps=3))] == [1, 2, 3]


@pytest.mark.parametrize(("family", "objective", "is_averaged"), [("wgan", WGANObjective, False), ("wgangp", WGANGPObjective, True)])
def test_a_clipped_critic_is_released_as_it_is_and_a_penalised_one_averaged(family, objective, is_averaged):
    model = small(family).train().requires_grad_(True)
    run = train.Run(objective(model, every=1), lr=1e-2, betas=(0.0, 0.9), ema=0.9)
    x = torch.rand(6, 1, model.config.size, model.config.size, generator=seeded(0))
    for _ in train.train(run, lambda _step, _rng: Batch(x, torch.zeros(6, dtype=torch.int64)), train.Budget(steps=4)):
        pass
    released, now = run.model().state_dict(), model.state_dict()
    for part, is_other in (("critic", is_averaged), ("generator", True)):
        assert any(not torch.equal(released[name], now[name]) for name in now if name.startswith(part)) == is_other


def test_a_turn_that_waits_moves_on_every_nth_batch():
    class Slow(Slope):
        def turns(self):
            return [Turn("model", self.model, self.loss, every=3)]

    weights = course(train.Run(Slow(), lr=1.0), 7)
    assert [a != b for a, b in zip([5.0, *weights], weights, strict=False)] == [False, False, True, False, False, True, False]


def numbered(n: int) -> data.Images:
    return data.Images(torch.arange(n, dtype=torch.uint8).view(n, 1, 1, 1), torch.arange(n) % 4, tuple("abcd"))


def order(images, size: int, seed: int, epoch: int) -> tuple[int, ...]:
    per_epoch, batches = len(images) // size, data.Batches(images, size, seed)
    shown = [batches(epoch * per_epoch + k, None) for k in range(per_epoch)]
    return tuple((torch.cat([batch.x for batch in shown]).flatten() * 255).round().int().tolist())


def test_every_epoch_of_every_seed_is_shuffled_its_own_way_and_shows_each_picture_once():
    orders = {(seed, epoch): order(numbered(20), 5, seed, epoch) for seed in range(3) for epoch in range(4)}
    assert all(sorted(shown) == list(range(20)) for shown in orders.values())
    assert len(set(orders.values())) == 12
    assert not any(shown == tuple(range(20)) for shown in orders.values())


def test_what_is_left_of_an_epoch_is_no_batch_and_one_too_small_is_one():
    assert len(order(numbered(23), 5, 0, 0)) == 20
    assert len(data.Batches(numbered(3), 8)(5, None).x) == 3
    batch = data.Batches(numbered(20), 5, augment=lambda x, rng: x + torch.rand(5, 1, 1, 1, generator=rng))(1, seeded(4))
    plain = data.Batches(numbered(20), 5)(1, None)
    torch.testing.assert_close(batch.x, plain.x + torch.rand(5, 1, 1, 1, generator=seeded(4)))
    assert torch.equal(batch.y, ((plain.x.flatten() * 255).round() % 4).long())


def test_the_labels_that_are_known_are_of_the_seed_and_drawn_anew_each_batch():
    few = {seed: base.FewLabels(data.Batches(numbered(80), 12, seed), 3) for seed in range(4)}
    assert len({tuple(f.known.tolist()) for f in few.values()}) == 4
    assert all(f.batches.images.y[f.known].bincount().tolist() == [3] * 4 for f in few.values())
    seen = torch.cat([few[0](step, seeded(step)).x[:12] for step in range(30)]).mul(255).round().int().flatten()
    assert set(seen.tolist()) == set(few[0].known.tolist())


RAMP = (torch.arange(28.0) - 13.5).expand(400, 1, 28, 28)  # a picture whose grey is its column


def slopes(x):
    """Where the middle lies, and how grey grows to the right and downwards, of each picture."""
    middle = x[:, 0, 12:16, 12:16]
    return middle.mean(dim=(1, 2)), middle.diff(dim=2).mean(dim=(1, 2)), middle.diff(dim=1).mean(dim=(1, 2))


def reach(values) -> list[float]:
    return [float(values.min()), float(values.max())]


@pytest.mark.parametrize(
    ("alone", "of", "ends"),
    [
        ("shift", lambda at, right, down: at / 28, (-0.08, 0.08)),
        ("zoom", lambda at, right, down: right - 1, (-0.1, 0.1)),
        ("rotation", lambda at, right, down: torch.atan2(down, right), (-0.15, 0.15)),
        ("shear", lambda at, right, down: down / right, (-0.15, 0.15)),
    ],
)
def test_a_picture_is_jittered_by_as_much_as_is_said_and_no_more(alone, of, ends):
    others = {name: 0.0 for name in ("rotation", "zoom", "shift", "shear") if name != alone}
    found = reach(of(*slopes(augment.jitter(RAMP, seeded(), **others))))
    assert found == pytest.approx(ends, rel=0.03)
    assert max(map(abs, found)) <= ends[1] + 1e-4


def test_half_of_all_clothes_are_mirrored_and_all_are_moved_by_up_to_two_pixels():
    at = torch.zeros(600, 1, 9, 9)
    at[:, :, 4, 3] = 1  # one to the left of the middle
    at[:, :, 4, 4] = 0.5
    moved = augment.flip_and_shift(at, seeded())
    rows, columns = (moved == 1).nonzero()[:, 2:].T
    grey = (moved == 0.5).nonzero()[:, 3]
    flipped = grey < columns
    assert flipped.float().mean().item() == pytest.approx(0.5, abs=0.06)
    assert set((rows - 4).tolist()) == set(range(-2, 3)) == set((grey - 4).tolist())
    assert rows.float().std() > 1.2  # evenly: √2
    assert not moved.sum(dim=(1, 2, 3)).sub(1.5).any()


def test_a_face_is_made_half_as_bright_again_at_most_and_its_edge_repeated():
    gain = augment.brightness_jitter(torch.full((2000, 1, 8, 8), 0.1), seeded()).amax(dim=(1, 2, 3)) / 0.1
    assert reach(gain) == pytest.approx([2**-0.6, 2**0.6], rel=0.01)
    assert gain.log2().mean().item() == pytest.approx(0, abs=0.03)
    flat = augment.brightness_jitter(torch.full((50, 1, 8, 8), 0.9), seeded())
    assert (flat.amin(dim=(1, 2, 3)) == flat.amax(dim=(1, 2, 3))).all()  # nothing black comes in
    assert flat.max() == 1


def test_a_pixel_is_set_as_often_as_its_grey_says():
    x = torch.tensor([0.0, 0.2, 0.7, 1.0]).expand(20_000, 4)
    drawn = data.binarise(x, seeded())
    assert drawn.mean(dim=0).tolist() == pytest.approx([0, 0.2, 0.7, 1], abs=0.012)
    assert set(drawn.unique().tolist()) == {0.0, 1.0}


def test_a_recipe_gives_its_own_numbers_to_the_run_and_to_the_batches():
    recipe = Recipe("mnist", lambda: small("vae"), OneTurn, steps=1, batch=6, lr=0.5, betas=(0.1, 0.2), weight_decay=0.3, ema=0.4, seed=9)
    assert recipe.options() == {"lr": 0.5, "betas": (0.1, 0.2), "weight_decay": 0.3, "ema": 0.4, "seed": 9}
    run = train.Run(Slope(), **recipe.options())
    assert (run.lr, run.seed) == (0.5, 9)
    group = run.optimizers[0].param_groups[0]
    assert (group["betas"], group["weight_decay"]) == ((0.1, 0.2), 0.3)
    batch, by_hand = recipe.batches(numbered(20))(2, seeded()), data.Batches(numbered(20), 6, 9)(2, seeded())
    assert torch.equal(batch.x, by_hand.x)


def test_recipes_are_built_from_their_own_seeds():
    first, again = (RECIPES["ae2d-mnist"].build().model.encoder[0].weight for _ in range(2))
    assert torch.equal(first, again)
    torch.manual_seed(RECIPES["ae2d-mnist"].seed)
    assert torch.equal(first, RECIPES["ae2d-mnist"].model().encoder[0].weight)


def test_a_cvaes_weight_of_kl_on_faces_is_that_of_the_cvaegan_beside_a_pixel():
    rival, weights = (RECIPES[f"{kind}-faces"].build() for kind in ("cvae", "cvaegan"))
    assert rival.beta == pytest.approx(weights.weights.kl / weights.weights.pairwise)


def test_a_new_class_starts_at_the_mean_of_the_known_ones_and_z_is_read_as_before():
    torch.manual_seed(0)
    model = CVAEGAN(CVAEConfig(size=8, classes=3, latent_dim=4, width=4, features=8)).eval()
    bigger = growth.grow(model, 5).eval()
    old, new = model.generator.net[0], bigger.generator.net[0]
    z = torch.randn(6, 4)
    known = torch.stack([old(torch.cat([z, torch.eye(3)[k].expand(6, -1)], dim=1)) for k in range(3)])
    for k in (3, 4):
        torch.testing.assert_close(new(torch.cat([z, torch.eye(5)[k].expand(6, -1)], dim=1)), known.mean(dim=0))
    bias, wider = model.encoder.class_bias[0].weight, bigger.encoder.class_bias[0].weight
    torch.testing.assert_close(wider, torch.cat([bias, bias.mean(dim=1, keepdim=True).expand(-1, 2)], dim=1))
    head, longer = model.classifier.head[1], bigger.classifier.head[1]
    f = torch.rand(2, 8)
    torch.testing.assert_close(longer(f), torch.cat([head(f), head(f).mean(dim=1, keepdim=True).expand(-1, 2)], dim=1))


def test_folders_are_matched_with_the_labels_and_the_rest_are_numbered_on():
    assert growth.classes(("a", "b", "c"), ("owl", "C", "a", "zoo")) == (("a", "b", "c", "owl", "zoo"), [3, 2, 0, 4])


class Plain(nn.Module):
    """Reads a picture's grey levels as they are."""

    def features(self, x):
        return x.flatten(1) * 255


def test_a_classifiers_reference_is_of_the_first_of_the_training_set_and_its_threshold_of_the_last(monkeypatch):
    monkeypatch.setattr("genlib.ood.HELD_OUT", 40)
    monkeypatch.setattr("genlib.ood.SIZE", 30)

    n = torch.arange(240, dtype=torch.uint8)
    found = make_reference(Plain(), data.Images(n.view(-1, 1, 1, 1), torch.zeros(240).long(), ("a",)), 0.05, 0)
    assert len(found.features) == 30
    assert found.features.max() < 200
    apart = (torch.arange(200.0, 240)[:, None] - found.features[:, 0]).abs().sort(dim=1).values[:, 9]
    assert found.threshold == pytest.approx(float(apart.quantile(0.95)), rel=1e-3)
    assert math.isclose(found.is_unlike(torch.arange(200.0, 240)[:, None]).float().mean().item(), 0.05, abs_tol=0.026)


def test_a_small_sets_reference_leaves_a_random_sixth_out_and_no_class_with_it():
    n = torch.arange(240, dtype=torch.uint8)
    found = make_reference(Plain(), data.Images(n.view(-1, 1, 1, 1), torch.zeros(240).long(), ("a",)), 0.05, 0)
    assert len(found.features) == 200
    assert found.features.max() > 230
    assert (found.features[:, 0].sort().values.diff() > 1).sum() > 20  # holes all over
