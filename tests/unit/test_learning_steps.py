"""A run on own pictures, a while at a time: the same bytes for the same seed, stopped, put back to its best, saved."""

import pytest
import torch

from genlib import checkpoint, data, finetuning, learning, train
from genlib.data.own import OwnImages
from genlib.errors import Problem
from genlib.evaluation import own
from genlib.learning import Learner, rows_of
from genlib.models.cvae import CVAEConfig
from genlib.models.cvae_gan import CVAEGAN


def own_pictures(n: int = 20, labels=("b", "猫"), channels: int = 1) -> OwnImages:
    x = torch.randint(0, 256, (n, channels, 8, 8), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    return OwnImages(x, torch.arange(n) % len(labels), labels)


@pytest.fixture
def base(tmp_path):
    torch.manual_seed(0)
    model = CVAEGAN(CVAEConfig(size=8, classes=3, latent_dim=4, width=4, features=8))
    checkpoint.save(model, tmp_path / "base", labels=("a", "b", "c"), dataset="folder", name="small")
    return tmp_path / "base"


@pytest.fixture(autouse=True)
def looks_follow_each_other(monkeypatch):
    monkeypatch.setattr(learning, "APART", 1)


def learner(base, steps: int = 8, pictures=None) -> Learner:
    return Learner(finetuning.prepare(base, pictures or own_pictures(), finetuning.Choices(batch=4)), train.Budget(steps=steps))


def test_the_same_seed_gives_the_same_bytes_however_it_is_cut_into_whiles(base, tmp_path):
    whole, cut = learner(base), learner(base)
    assert not whole.advance(60)
    while cut.advance(0):
        cut.draw(3)  # a look changes nothing
    for name, one in (("whole", whole), ("cut", cut)):
        one.save(tmp_path / name, "a test")
    assert (tmp_path / "whole" / checkpoint.WEIGHTS).read_bytes() == (tmp_path / "cut" / checkpoint.WEIGHTS).read_bytes()
    assert (whole.task.run.step, cut.task.run.step) == (8, 8)
    assert whole.draw(3).equal(cut.draw(3))


def test_a_sheet_has_the_same_latents_for_each_class_and_its_examples_beside(base):
    one = learner(base)
    one.advance(60)
    assert one.classes() == [1, 3]
    assert one.draw(2).shape == (4, 1, 8, 8)
    assert one.draw(2, seed=1).equal(one.draw(2, seed=1))
    assert not one.draw(2, seed=1).equal(one.draw(2))
    learned = one.task.batches.images
    assert one.examples(3)[0].equal(learned.x[learned.y == 1][0].float() / 255)


def test_a_class_of_few_pictures_is_filled_up_with_black():
    x = torch.full((3, 1, 2, 2), 255, dtype=torch.uint8)
    rows = rows_of(x, torch.tensor([0, 1, 1]), [0, 1], 2)
    assert rows.mean(dim=(1, 2, 3)).tolist() == [1, 0, 1, 1]


def test_curves_and_looks_grow_in_minutes(base):
    one = learner(base, steps=20)
    while one.advance(0):
        pass
    minutes, losses = one.losses()
    assert len(minutes) == one.task.run.step
    assert minutes == sorted(minutes)
    assert minutes[-1] == pytest.approx(one.minutes)
    assert losses
    assert all(len(values) == len(minutes) for values in losses.values())
    assert [error for _, error in one.looks] == one.best.errors
    assert one.is_over


def test_looks_are_as_far_apart_as_chance_asks_for(base, monkeypatch):
    monkeypatch.setattr(learning, "APART", 8)
    one = learner(base, steps=20)
    one.advance(60)
    assert len(one.looks) == 2
    assert one.task.run.step == 20


def test_what_is_stopped_trains_no_more_and_may_go_back_to_its_best(base):
    one = learner(base, steps=50)
    while not one.looks:
        one.advance(0)
    kept = {k: v.clone() for k, v in one.best.kept.items()}
    one.advance(0)
    one.stop()
    step = one.task.run.step
    assert not one.advance(60)
    assert one.task.run.step == step
    assert one.restore_best()
    assert all(one.task.run.model().state_dict()[k].equal(v) for k, v in kept.items())


def test_what_is_saved_is_a_checkpoint_with_its_card_and_figures(base, tmp_path, monkeypatch):
    monkeypatch.setattr(own, "READER_BATCHES", 2)
    one = learner(base)
    one.advance(60)
    figures = one.measure()
    info = one.save(tmp_path / "out", "the Train tab")
    assert info.figures == figures
    assert checkpoint.read_info(tmp_path / "out").labels == ("a", "b", "c", "猫")
    text = (tmp_path / "out" / checkpoint.CARD).read_text()
    assert "the Train tab" in text
    assert "猫" in text
    checkpoint.load(tmp_path / "out")


def test_pictures_prepared_for_another_model_are_refused(base):
    with pytest.raises(data.DataError, match="another model"):
        learner(base, pictures=own_pictures(channels=3))
    with pytest.raises(Problem, match="two at least"):
        learner(base, pictures=own_pictures(1))


def test_colour_pictures_are_learned_from_nothing_by_a_network_that_composed_its_classes():
    x = torch.zeros(4, 3, 64, 64, dtype=torch.uint8)
    task = finetuning.begin("cvaegan-sprites", OwnImages(x, torch.arange(4) % 2, ("leaf", "shell")), finetuning.Choices(batch=2))
    assert (task.run.objective.model.config.classes, task.run.objective.model.config.factors) == (2, ())
    one = Learner(task, train.Budget(steps=1))
    one.advance(60)
    assert one.draw(1).shape == (2, 3, 64, 64)
