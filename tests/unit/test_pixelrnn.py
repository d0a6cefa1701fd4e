"""What a pixel of PixelRNN and PixelCNN sees, and in which order."""

import pytest
import torch

from genlib import ops
from genlib.models.pixelrnn import PixelRNN, PixelRNNConfig, skew, unskew
from genlib.ops.pixels import complete_naively

KINDS = ["cnn", "row", "diagonal"]


def model(kind: str, **more) -> PixelRNN:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return PixelRNN(PixelRNNConfig(size=8, kind=kind, width=4, depth=more.pop("depth", 2), **more)).eval()


def seen(net, i: int) -> torch.Tensor:
    """Which pixels the logits of pixel i depend on, bool (64,)."""
    x = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(1)).requires_grad_()
    (gradient,) = torch.autograd.grad(net.logits(x)[0].flatten(1)[:, i].square().sum(), x)
    return gradient.flatten() != 0


@pytest.mark.parametrize("kind", KINDS)
def test_no_logit_sees_its_own_pixel_or_a_later_one(kind):
    net = model(kind)
    for i in range(64):
        view = seen(net, i)
        assert not view[i:].any(), f"pixel {i} sees the future"
        assert i % 8 == 0 or view[i - 1], f"pixel {i} does not see its left neighbour"


def test_a_masked_convolution_has_a_blind_spot_and_a_diagonal_lstm_none():
    i, hidden = 6 * 8 + 1, 5 * 8 + 7  # one row up, far to the right: no masked path leads there
    assert not seen(model("cnn", depth=6), i)[hidden]
    view = seen(model("diagonal", depth=1), i)
    assert view[: 5 * 8].all()
    assert view[5 * 8 : hidden].all()  # the last pixel of the row above is no feature's past within that row


def test_a_row_lstm_sees_a_triangle():
    net = model("row", depth=1)
    with torch.no_grad():
        net.first.weight.mul_(0)
        net.first.weight[:, :, 3, 2] = 1  # the first convolution passes the left neighbour on and nothing else
    view = seen(net, 5 * 8 + 4).view(8, 8)
    for r in range(5):  # a row up adds a pixel to the right; the masked input, one to the left more
        columns = view[r].nonzero().flatten().tolist()
        assert columns == list(range(max(0, 4 - 2 - (5 - r)), min(7, 4 + (5 - r))))


def test_skewing_moves_diagonals_into_columns_and_back():
    x = torch.arange(12.0).view(1, 1, 3, 4)
    assert skew(x)[0, 0].tolist() == [[0, 1, 2, 3, 0, 0], [0, 4, 5, 6, 7, 0], [0, 0, 8, 9, 10, 11]]
    assert torch.equal(unskew(skew(x)), x)


def test_a_kind_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="cnn, row or diagonal"):
        model("spiral")


def test_what_is_learned_of_a_place_is_added_there_and_nowhere_else():
    with_place, without = model("row", place=True), model("row")
    x = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    assert torch.equal(with_place.logits(x), without.logits(x))  # nothing, to begin with
    with torch.no_grad():
        with_place.place[:, 5, 2] = torch.arange(8.0)
        moved = with_place.features(x, depth=0) - without.features(x, depth=0)
    assert moved[:, :, 5, 2].tolist() == pytest.approx(torch.arange(8.0).expand(2, 8), abs=1e-6)
    assert moved.count_nonzero() <= 2 * 7


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("classes", "place"), [(0, True), (3, False)])
def test_the_fast_sampler_draws_the_textbooks_pixels(kind, classes, place):
    net, y = model(kind, levels=4, classes=classes, place=place).requires_grad_(False), torch.tensor([0, 2]) if classes else None
    for p in net.parameters():
        p.mul_(2)  # away from uniform: a wrong state must show
    if place:
        net.place.normal_(generator=torch.Generator().manual_seed(2))
    *_, fast = ops.complete(net, 2, y, rng=torch.Generator().manual_seed(1))
    assert torch.equal(fast, complete_naively(net, 2, y, rng=torch.Generator().manual_seed(1)))
    assert fast.unique().numel() > 2
    image, mask = torch.randint(0, 4, (1, 1, 8, 8)) / 3, torch.zeros(8, 8, dtype=torch.bool)
    mask[2:5, 3:7] = True
    *_, fast = ops.complete(net, 2, y, image=image, mask=mask, rng=torch.Generator().manual_seed(1))
    assert torch.equal(fast, complete_naively(net, 2, y, image=image, mask=mask, rng=torch.Generator().manual_seed(1)))
    assert torch.equal(fast[:, :, ~mask], image.expand(2, -1, -1, -1)[:, :, ~mask])
