"""The film that a training keeps of itself."""

import io

import numpy as np
import torch
from PIL import Image

from genlib import checkpoint, ops
from genlib.batch import Batch
from genlib.film import GREYS, MOMENTS, SIDE, Film
from genlib.models.cgan import CGAN, CGANConfig
from genlib.objectives.adversarial import Adversarial
from genlib.train import Budget, Run, train


def batches(_step: int, rng: torch.Generator) -> Batch:
    return Batch(torch.rand(8, 1, 8, 8, generator=rng), torch.arange(8) % 2)


def begin(steps: int, film: Film, stop: int | None = None) -> Run:
    torch.manual_seed(0)
    run = Run(Adversarial(CGAN(CGANConfig(size=8, classes=2, width=4))), ema=0.9)
    follow(run, steps, film, stop)
    return run


def follow(run: Run, steps: int, film: Film, stop: int | None = None) -> None:
    for progress in train(run, batches, Budget(steps=steps)):
        if film.is_due(progress):
            film.add(run, progress)
        if progress.step == stop:
            break


def test_the_moments_of_a_film_lie_at_squares_and_its_last_is_the_end():
    film = Film()
    begin(400, film)
    due = [max(1, -(-400 * k * k // (MOMENTS - 1) ** 2)) for k in range(MOMENTS)]
    assert film.facts["steps"][3:] == due[3:]
    assert film.facts["steps"][-1] == 400
    assert len(film.sheets) == MOMENTS


def test_a_short_run_ends_its_film_with_its_last_batch_and_a_film_costs_the_run_nothing():
    film = Film()
    run, plain = begin(5, film), begin(5, film=Film(), stop=5)
    assert film.facts["steps"] == [1, 2, 3, 4, 5]
    torch.manual_seed(0)
    alone = Run(Adversarial(CGAN(CGANConfig(size=8, classes=2, width=4))), ema=0.9)
    for _ in train(alone, batches, Budget(steps=5)):
        pass
    for one in (run, plain):
        assert all(a.equal(b) for a, b in zip(one.state().values(), alone.state().values(), strict=True) if a.dtype != torch.float64)
    assert run.objective.model.training


def test_each_sheet_is_what_the_averaged_model_draws_of_the_same_z_and_the_png_has_them_from_left_to_right():
    film = Film(seed=3)
    run = begin(6, film)
    y = torch.arange(SIDE**2) % 2
    x = ops.draw(run.model().eval(), SIDE**2, y, rng=torch.Generator().manual_seed(3))
    seen = np.asarray(Image.open(io.BytesIO(film.png())))
    assert seen.shape == (SIDE * 8, len(film.sheets) * SIDE * 8)
    last = seen[:, -SIDE * 8 :].reshape(SIDE, 8, SIDE, 8).swapaxes(1, 2)
    off = np.abs(last - (x * 255).numpy().reshape(SIDE, SIDE, 8, 8)).max()
    assert off <= 127.5 / (GREYS - 1) + 1  # half of the way to the next grey that is kept
    assert set(np.unique(seen).tolist()) <= {round(255 * k / (GREYS - 1)) for k in range(GREYS)}
    assert not film.sheets[0].equal(film.sheets[-1])
    film.sheets = [torch.full_like(film.sheets[0], level) for level in (0, 100, 255)]
    seen = np.asarray(Image.open(io.BytesIO(film.png())))
    assert [np.unique(seen[:, k * SIDE * 8 : (k + 1) * SIDE * 8]).tolist() for k in range(3)] == [[0], [99], [255]]


def test_a_film_goes_on_where_it_was_left(tmp_path):
    whole, first, second = Film(), Film(), Film()
    begin(30, whole)
    run = begin(30, first, stop=11)
    second.restore(first.to_json())
    follow(run, 30, second)
    assert second.facts["steps"] == whole.facts["steps"]
    assert second.png() == whole.png()
    second.save(tmp_path)
    assert (tmp_path / checkpoint.FILM).read_bytes() == whole.png()


def test_a_judge_is_asked_at_each_moment_about_a_model_that_does_not_learn_meanwhile():
    asked = []
    film = Film(judge=lambda model: asked.append(model.training) or 2.5)
    begin(4, film)
    assert film.facts["fid"] == [2.5] * 4
    assert asked == [False] * 4
