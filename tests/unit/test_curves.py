"""What a run's curves keep."""

import json

import pytest
import torch

from genlib.curves import MAX_WINDOWS, Curves


def written(folder) -> dict:
    return json.loads((folder / "curves.json").read_text())


def test_curves_keep_the_mean_however_long_the_run(tmp_path):
    curves = Curves()
    values = torch.arange(5000.0)
    for value in values:
        curves.add({"model/loss": value})
    curves.save(tmp_path)
    kept = torch.tensor(written(tmp_path)["metrics"]["model/loss"])
    assert len(kept) < MAX_WINDOWS
    assert written(tmp_path)["stretch"] == 32
    assert kept.tolist() == pytest.approx(values[: len(kept) * 32].unflatten(0, (-1, 32)).mean(dim=1).tolist())


def test_a_metric_that_comes_later_begins_where_it_came(tmp_path):
    curves = Curves()
    for step in range(4):
        curves.add({"critic/loss": step} | ({"generator/loss": step} if step >= 2 else {}))
    curves.save(tmp_path)
    assert written(tmp_path)["metrics"] == {"critic/loss": [0, 1, 2, 3], "generator/loss": [None, None, 2, 3]}


def test_a_metric_that_comes_within_a_stretch_is_the_mean_of_its_own_batches():
    curves = Curves(window=4)
    for step in range(4):
        curves.add({"generator/loss": 6.0} if step >= 2 else {})
    assert curves.means == [{"generator/loss": 6.0}]


@pytest.mark.parametrize("cut", [1, 3, 255, 333, 1000])
def test_curves_that_were_put_away_go_on_as_if_they_never_were(cut):
    whole, first = Curves(), Curves()
    for step in range(1003):
        whole.add({"model/loss": step / 7, **({"late": step} if step > 400 else {})})
        first.add({"model/loss": step / 7, **({"late": step} if step > 400 else {})})
        if step + 1 == cut:
            first = Curves.from_json(first.to_json())
    assert vars(first) == vars(whole)
