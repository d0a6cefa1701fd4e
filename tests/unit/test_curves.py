"""What a run's curves keep."""

import pytest
import torch

from genlib.curves import MOST, Curves


def test_curves_keep_the_mean_however_long_the_run(tmp_path):
    curves = Curves()
    values = torch.arange(5000.0)
    for value in values:
        curves.add({"model/loss": value})
    curves.save(tmp_path)
    again = Curves.load(tmp_path)
    assert len(again.means) < MOST
    assert again.stretch == 32
    kept = torch.tensor([row["model/loss"] for row in again.means])
    assert kept.tolist() == pytest.approx(values[: len(kept) * 32].unflatten(0, (-1, 32)).mean(dim=1).tolist())


def test_a_metric_that_comes_later_begins_where_it_came(tmp_path):
    curves = Curves()
    for step in range(4):
        curves.add({"critic/loss": step} | ({"generator/loss": step} if step >= 2 else {}))
    curves.save(tmp_path)
    assert Curves.load(tmp_path).means[1] == {"critic/loss": 1}
    assert Curves.load(tmp_path).means[2] == {"critic/loss": 2, "generator/loss": 2}


@pytest.mark.parametrize("text", ["", "[]", '{"stretch": 1}', '{"stretch": 1, "metrics": [1]}'])
def test_curves_that_cannot_be_read_are_begun_anew(tmp_path, text):
    (tmp_path / "curves.json").write_text(text)
    assert Curves.load(tmp_path).means == []
