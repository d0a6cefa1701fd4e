"""Learning own pictures: what is held out, what is rehearsed, what is held still, when a run stops, and what is measured."""

import numpy as np
import pytest
import torch
from PIL import Image

from genlib import checkpoint, data, finetuning, ops, stopping, train
from genlib.batch import Batch
from genlib.data.own import hold_out
from genlib.evaluation import own
from genlib.models.cvae import CVAEConfig
from genlib.models.cvae_gan import CVAEGAN
from genlib.models.gan import GAN, GANConfig
from genlib.models.vae import VAE, VAEConfig
from genlib.objectives.elbo import ELBO

SMALL = CVAEConfig(size=8, classes=3, latent_dim=4, width=4, features=8)


def numbered(n: int, classes: int, labels=("a", "b", "c")) -> data.Images:
    """Pictures of one grey each, all different."""
    return data.Images(torch.arange(n, dtype=torch.uint8)[:, None, None, None].expand(n, 1, 8, 8), torch.arange(n) % classes, labels)


@pytest.fixture
def pictures(tmp_path):
    random = np.random.default_rng(0)
    for name in ("b", "owl"):
        (tmp_path / "own" / name).mkdir(parents=True)
        for k in range(10):
            Image.fromarray(random.integers(0, 256, (16, 16, 3)).astype(np.uint8)).save(tmp_path / "own" / name / f"{k}.png")
    return tmp_path / "own"


@pytest.fixture
def base(tmp_path):
    torch.manual_seed(0)
    checkpoint.save(CVAEGAN(SMALL), tmp_path / "base", labels=("a", "b", "c"), dataset="sprites", name="small")
    return tmp_path / "base"


def test_a_fifth_of_each_class_is_held_out_and_none_where_there_are_few():
    learned, held = hold_out(numbered(33, 3), 0)
    assert held.y.bincount().tolist() == [2, 2, 2]
    assert sorted([*learned.x[:, 0, 0, 0].tolist(), *held.x[:, 0, 0, 0].tolist()]) == list(range(33))
    assert len(hold_out(numbered(12, 3), 0)[1]) == 0
    again, other = hold_out(numbered(33, 3), 0)[1], hold_out(numbered(33, 3), 1)[1]
    assert again.x.equal(held.x)
    assert not other.x.equal(held.x)


def test_half_of_each_batch_is_rehearsed_where_there_are_new_classes(base, pictures):
    task = finetuning.prepare(base, pictures, finetuning.Choices(batch=4))
    batch = task.batches(0, torch.Generator().manual_seed(0))
    assert len(batch.x) == 8
    assert set(batch.y[:4].tolist()) <= {1, 3}
    assert set(batch.y[4:].tolist()) <= {0, 1, 2}
    assert task.rehearsed is not None
    assert task.rehearsed.y.bincount().tolist() == [100, 100, 100]
    drawn = ops.draw(checkpoint.load(base), 300, task.rehearsed.y, rng=torch.Generator().manual_seed(0))
    assert (task.rehearsed.x / 255 - drawn).abs().max() <= 0.5 / 255 + 1e-6
    assert len(task.held_out) == 4


@pytest.mark.parametrize(("keep_old", "new", "rehearsed"), [(False, True, False), (True, False, True), (None, False, False), (None, True, True)])
def test_old_classes_are_rehearsed_as_asked_and_by_themselves_where_some_are_new(keep_old, new, rehearsed, base):
    assert (finetuning.rehearse(checkpoint.load(base), finetuning.Choices(keep_old=keep_old), new) is not None) == rehearsed


def test_a_part_that_is_held_still_does_not_move_and_the_others_do(base, pictures):
    task = finetuning.prepare(base, pictures, finetuning.Choices(batch=4, freeze=("encoder",)))
    before = {k: v.clone() for k, v in task.run.objective.model.state_dict().items()}
    for _ in train.train(task.run, task.batches, train.Budget(steps=2)):
        pass
    after = task.run.objective.model.state_dict()
    parameters = dict(task.run.objective.model.named_parameters())
    assert all(after[k].equal(before[k]) for k in parameters if k.startswith("encoder."))
    assert any(not after[k].equal(before[k]) for k in parameters if k.startswith("generator."))
    with pytest.raises(checkpoint.CheckpointError, match="no part decoder"):
        finetuning.prepare(base, pictures, finetuning.Choices(freeze=("decoder",)))


@pytest.mark.parametrize(
    ("dataset", "labels", "held"), [("sprites", "abc", False), ("sprites", ("b", "owl", "c"), True), ("folder", ("b", "owl", "c"), False)]
)
def test_c_is_held_where_no_class_is_new_unless_it_learned_from_own_pictures_itself(dataset, labels, held, base, pictures):
    checkpoint.save(checkpoint.load(base), base, labels=tuple(labels), dataset=dataset, name="small")
    task = finetuning.prepare(base, pictures, finetuning.Choices(batch=4, freeze=("encoder",)))
    moving = {name.partition(".")[0] for name, p in task.run.objective.model.named_parameters() if p.requires_grad}
    assert ("classifier" not in moving) == held
    assert "encoder" not in moving
    assert {"generator", "discriminator"} <= moving
    assert any("its classifier stays as it is" in line for line in task.report) == held
    assert task.turns != held
    assert task.run.lr == pytest.approx(1e-3 * (0.5 if held else 2))
    weights = task.run.objective.weights
    assert weights.held_label == 80 * weights.label  # as documents say
    assert {turn.name for turn in task.run.turns} == {"discriminator", "generator"} | (set() if held else {"classifier"})


def test_a_run_from_nothing_has_the_recipes_network_with_the_folders_classes(pictures):
    task = finetuning.begin("cgan-mnist", pictures, finetuning.Choices(batch=4))
    assert task.run.objective.model.config.classes == 2
    assert task.about["labels"] == ("b", "owl")
    assert task.rehearsed is None
    with pytest.raises(checkpoint.CheckpointError, match="does not learn own pictures"):
        finetuning.begin("ssgan100-mnist", pictures)


def watch(errors: list[float], steps: int, turns: bool = True) -> tuple[stopping.Best, train.Run, int]:
    """A run that is told these errors, look by look; how many batches it took."""
    torch.manual_seed(0)
    told = iter(errors)
    best = stopping.Best(lambda _model: next(told), turns)
    run = train.Run(ELBO(VAE(VAEConfig(size=8, hidden=(4,)))), ema=0.9)
    for progress in train.train(
        run, lambda _s, g: Batch(torch.rand(4, 1, 8, 8, generator=g), torch.zeros(4, dtype=torch.int64)), train.Budget(steps=steps)
    ):
        if best.is_due(progress):
            best.add(run, progress)
        if best.has_turned:
            break
    return best, run, run.step


def test_a_curve_that_is_not_to_end_a_run_is_looked_at_and_the_last_weights_stay():
    rising = [1.0 + k for k in range(20)]
    best, run, steps = watch(rising, 60, turns=False)
    last = {k: v.clone() for k, v in run.model().state_dict().items()}
    best.end(run)
    assert (steps, len(best.errors)) == (60, len(watch([20.0 - k for k in range(20)], 60)[0].errors))
    assert all(last[k].equal(v) for k, v in run.model().state_dict().items())
    assert watch(rising, 60)[2] < 60
    best.restore(run)  # who asks for the best has it
    assert any(not last[k].equal(v) for k, v in run.model().state_dict().items())


def test_a_run_is_looked_at_after_its_first_quarter_and_goes_to_its_end_while_it_gets_better():
    best, run, steps = watch([20.0 - k for k in range(20)], 60)
    assert (len(best.errors), steps) == (16, 60)
    last = {k: v.clone() for k, v in run.model().state_dict().items()}
    best.restore(run)
    assert all(run.model().state_dict()[k].equal(v) for k, v in last.items())


def test_a_run_whose_curve_turns_stops_after_five_worse_looks_and_ends_as_it_was_at_its_best():
    best, run, steps = watch([3, 2, 1, 2, 2, 2, 2, 2, 0], 60)
    assert (best.errors, steps) == ([3, 2, 1, 2, 2, 2, 2, 2], 36)
    best.restore(run)
    assert all(run.model().state_dict()[k].equal(v) for k, v in best.kept.items())
    assert any(not v.equal(run.objective.model.state_dict()[k]) for k, v in best.kept.items())


def test_copies_have_a_ratio_near_none_and_new_pictures_one():
    rng = torch.Generator().manual_seed(0)
    learned, held, new = (torch.rand(60, 1, 8, 8, generator=rng) for _ in range(3))
    assert own.copy_ratio(learned + 1e-4, learned, held) < 0.01
    assert own.copy_ratio(new, learned, held) == pytest.approx(1, abs=0.03)
    assert own.copy_ratio(held, learned, held) > 100


def test_an_autoencoders_error_is_that_of_its_reconstruction():
    torch.manual_seed(0)
    model = VAE(VAEConfig(size=8, hidden=(4,))).eval().requires_grad_(False)
    batch = Batch(torch.rand(7, 1, 8, 8), torch.zeros(7, dtype=torch.int64))
    by_hand = sum(float((model.decode(model.encode(x[None]).mean) - x[None]).square().sum()) for x in batch.x) / 7
    assert own.held_out_error(model, batch) == pytest.approx(by_hand, rel=1e-5)


def test_what_only_draws_is_as_far_off_as_its_nearest_draw():
    torch.manual_seed(0)
    model = GAN(GANConfig(size=8)).eval().requires_grad_(False)
    x = ops.draw(model, own.DRAWN, rng=torch.Generator().manual_seed(0))
    y = torch.zeros(2, dtype=torch.int64)
    assert own.held_out_error(model, Batch(x[:2], y)) == pytest.approx(0, abs=1e-5)
    one = torch.ones(1, 1, 8, 8)
    assert own.held_out_error(model, Batch(one, y[:1])) == pytest.approx(float((x - one).square().flatten(1).sum(dim=1).min()), rel=1e-4)


def test_figures_of_own_pictures_tell_errors_copies_and_readings(base, pictures, monkeypatch):
    monkeypatch.setattr(own, "READER_BATCHES", 2)
    task = finetuning.prepare(base, pictures, finetuning.Choices(batch=4))
    figures = task.measure(task.run.model())
    assert figures["held_out_n"] == 4
    assert {"held_out_error", "copy_ratio", "own_read_acc", "own_reader_acc"} <= figures.keys()
    assert 0 <= figures["own_read_acc"] <= 1


@pytest.fixture
def composed(tmp_path):
    """A model whose six classes are a choice of two by a choice of three."""
    torch.manual_seed(0)
    config = CVAEConfig(channels=3, size=8, classes=6, latent_dim=4, width=4, features=8, factors=(2, 3))
    checkpoint.save(CVAEGAN(config), tmp_path / "composed", labels=("a", "b", "c", "d", "e", "f"), dataset="sprites", name="small")
    return tmp_path / "composed"


def test_composed_classes_give_way_to_own_ones_and_all_else_is_kept(composed, pictures):
    task = finetuning.prepare(composed, pictures)
    old, new = checkpoint.load(composed), task.run.objective.model
    assert (new.config.classes, new.config.factors, task.about["labels"], task.known) == (2, (), ("b", "owl"), 0)
    assert task.rehearsed is None
    assert "give way to b, owl" in task.report[-2]
    before, after = old.state_dict(), new.state_dict()
    columns = {name for name, value in before.items() if value.shape != after[name].shape}
    assert {name.partition(".")[0] for name in columns} == {"encoder", "generator", "classifier"}
    assert all(value.equal(after[name]) for name, value in before.items() if name not in columns)
    was, now = before["generator.net.0.weight"], after["generator.net.0.weight"]  # z's four columns, then the classes'
    mean = was[:, 4:6].mean(dim=1) + was[:, 6:9].mean(dim=1)
    torch.testing.assert_close(now, torch.cat([was[:, :4], mean[:, None].expand(-1, 2)], dim=1))
    head = next(name for name in columns if name.startswith("classifier") and name.endswith("weight"))
    two, three = before[head].split([2, 3])
    torch.testing.assert_close(after[head], (0.5 * (two.mean(dim=0) + three.mean(dim=0))).expand(2, -1))


def test_folders_of_its_own_labels_leave_a_composition_as_it_is(composed, pictures):
    (pictures / "owl").rename(pictures / "f")
    task = finetuning.prepare(composed, pictures)
    assert task.run.objective.model.config.factors == (2, 3)
    assert set(task.batches.images.y.tolist()) == {1, 5}


def test_who_reads_own_pictures_reads_what_was_rehearsed_too(monkeypatch):
    def greys(levels: dict[int, int]) -> data.Images:
        y = torch.tensor([k for k in levels for _ in range(20)])
        x = torch.tensor([levels[int(k)] for k in y], dtype=torch.uint8)[:, None, None, None].expand(-1, 1, 8, 8)
        return data.Images(x, y, ("a", "b", "c", "d"))

    monkeypatch.setattr(own, "READER_BATCHES", 60)
    mine, before = greys({2: 160, 3: 250}), greys({0: 0, 1: 80})
    alone, both = (own.teach_reader(mine, lambda x, _rng: x, rehearsed) for rehearsed in (None, before))
    for pictures, reads in ((mine, both), (before, both), (mine, alone)):
        assert (reads.logits(pictures.batch(slice(None)).x).argmax(dim=1) == pictures.y).float().mean() > 0.9
    assert (alone.logits(before.batch(slice(None)).x).argmax(dim=1) == before.y).float().mean() < 0.5
