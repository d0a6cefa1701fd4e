"""What is done with a model, in closed form: temperature, ways between two z, repair, descent, what a pixel is drawn from."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from genlib import ops
from genlib.models.base import Normal
from genlib.ops.paths import slerp
from genlib.ops.pixels import sample_categorical
from tests.conftest import small


def seeded(k: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(k)


def last(generator):
    *_, x = generator
    return x


class Plain(nn.Module):
    """A picture of 2×2 whose z is its four greys plus a tenth of its class; codes have a spread of a half."""

    def __init__(self, classes: int = 0):
        super().__init__()
        self.config = type("Config", (), {"classes": classes, "factors": (), "latent_dim": 4, "size": 2, "channels": 1})

    def prior(self, n, rng=None):
        return torch.randn(n, 4, generator=rng)

    def encode(self, x, y=None):
        z = x.flatten(1) - (0 if y is None else 0.1 * y[:, None])
        return Normal(z, torch.full_like(z, math.log(0.25)))

    def decode(self, z, y=None):
        if y is not None and y.is_floating_point():
            y = y @ torch.arange(y.shape[1]).float()
        return (z + (0 if y is None else 0.1 * y[:, None])).view(-1, 1, 2, 2)


LOGITS = torch.tensor([0.0, 1.0, -1.0, 2.5, 0.3])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_a_level_is_drawn_as_often_as_its_logit_over_the_temperature_says(temperature):
    u = (np.arange(10_000) + 0.5) / 10_000
    drawn = sample_categorical(LOGITS.expand(10_000, -1).numpy(), u.astype(np.float32), temperature)
    found = np.bincount(drawn, minlength=5) / 10_000
    assert found.tolist() == pytest.approx((LOGITS / temperature).softmax(dim=0).tolist(), abs=3e-4)


def constant_pixelcnn():
    """A PixelCNN of which every pixel has the same logits, whatever came before."""
    model = small("pixelcnn")
    for p in model.output.parameters():
        p.zero_()
    model.output.bias.copy_(LOGITS)
    return model


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.0])
def test_a_picture_is_drawn_at_the_temperature_asked_for_and_its_entropy_is_of_the_same(temperature):
    model, y = constant_pixelcnn(), torch.zeros(60).long()
    p = (LOGITS / temperature).softmax(dim=0)
    for x in (
        last(ops.complete(model, 60, y, rng=seeded(), temperature=temperature)),
        ops.draw(model, 60, y, rng=seeded(), temperature=temperature),
        ops.pixels.complete_naively(model, 60, y, rng=seeded(), temperature=temperature),
    ):
        found = torch.bincount((x * 4).round().long().flatten(), minlength=5) / x.numel()
        assert found.tolist() == pytest.approx(p.tolist(), abs=0.025)
    entropy = ops.entropy(model, x[:2], y[:2], temperature)
    torch.testing.assert_close(entropy, torch.full((2, 8, 8), float(-(p * p.log()).sum())))


def test_temperature_scales_the_z_of_a_drawn_picture():
    model = Plain()
    torch.testing.assert_close(ops.draw(model, 3, rng=seeded(2), temperature=0.7).flatten(1), 0.7 * torch.randn(3, 4, generator=seeded(2)))
    torch.testing.assert_close(ops.draw(model, 3, rng=seeded(2)).flatten(1), torch.randn(3, 4, generator=seeded(2)))


def test_a_reconstruction_is_of_the_mean_of_the_code_and_of_the_pictures_class():
    x, y = torch.rand(5, 1, 2, 2), torch.arange(5) % 3
    torch.testing.assert_close(ops.reconstruct(Plain(3), x, y), x)


def test_a_swap_moves_a_picture_from_its_class_to_each_target_in_turn():
    model, targets = Plain(3), torch.tensor([2, 0, 1, 1])
    z = torch.rand(4)
    torch.testing.assert_close(ops.swap(model, z, targets).flatten(1), z + 0.1 * targets[:, None])


def test_many_pictures_are_decoded_in_slices_as_each_alone():
    model, z, y = Plain(3), torch.rand(37, 4), torch.arange(37) % 3
    torch.testing.assert_close(ops.decode(model, z, y).flatten(1), z + 0.1 * y[:, None])


def test_a_straight_way_is_evenly_spaced_and_a_turn_is_of_even_angles_and_norms():
    a, b = torch.tensor([2.0, 0, 0, 0]), torch.tensor([0.0, 4, 0, 0])
    straight = ops.interpolate(Plain(), a, b, 4).flatten(1)
    torch.testing.assert_close(straight, torch.tensor([[2.0, 0, 0, 0], [4 / 3, 4 / 3, 0, 0], [2 / 3, 8 / 3, 0, 0], [0, 4, 0, 0]]))
    turned = ops.interpolate(Plain(3), a, b, 4, torch.tensor([2]), path="spherical").flatten(1) - 0.2
    for k in range(4):
        angle, norm = math.radians(30 * k), 2 + 2 * k / 3
        torch.testing.assert_close(turned[k], torch.tensor([norm * math.cos(angle), norm * math.sin(angle), 0, 0]), atol=1e-5, rtol=0)


def test_along_one_line_a_turn_is_straight():
    a, at = torch.tensor([1.0, 1.0]), torch.tensor([[0.25], [0.5]])
    torch.testing.assert_close(slerp(a, 3 * a, at), torch.tensor([[1.5, 1.5], [2.0, 2.0]]))
    torch.testing.assert_close(slerp(a, -a, at), torch.tensor([[0.5, 0.5], [0.0, 0.0]]))
    small_angle = slerp(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), torch.tensor([[1 / 9]]))
    torch.testing.assert_close(small_angle, torch.tensor([[math.cos(math.radians(10)), math.sin(math.radians(10))]]))


@pytest.mark.parametrize("pull", [0.0, 0.02, 0.5])
def test_a_descent_ends_where_error_and_pull_are_least_together(pull):
    """‖x − z‖² + p‖z‖² is least at z = x/(1 + p)."""
    x = torch.tensor([0.9, 0.1, 0.5, 0.7]).view(1, 1, 2, 2)
    how = {} if pull == 0.02 else {"pull": pull}
    end = last(ops.invert(Plain(), x, steps=300, rng=seeded(), **how))
    torch.testing.assert_close(end.z[0], x.flatten() / (1 + pull), atol=3e-4, rtol=0)
    assert end.error == pytest.approx(float((x.flatten() - end.z).square().sum()), abs=1e-6)


def test_a_descent_begins_at_the_best_of_four_draws_and_tells_every_twentieth_step():
    x = torch.rand(1, 1, 2, 2)
    way = list(ops.invert(Plain(3), x, torch.tensor([2]), steps=50, rng=seeded(5)))
    starts = torch.randn(4, 4, generator=seeded(5))
    errors = (x.flatten() - starts - 0.2).square().sum(dim=1)
    assert [d.step for d in way] == [0, 20, 40, 50]
    assert way[0].error == pytest.approx(float(errors.min()))
    torch.testing.assert_close(way[0].z[0], starts[errors.argmin()])
    torch.testing.assert_close(way[0].x.flatten(), way[0].z[0] + 0.2)


def test_a_descents_first_step_is_adams_learning_rate_long():
    x = torch.full((1, 1, 2, 2), 50.0)
    way = list(ops.invert(Plain(), x, steps=4, starts=1, lr=0.25, every=1, rng=seeded()))
    moved = torch.cat([d.z for d in way]).diff(dim=0)
    rates = [0.25 * min(1, 2 * (1 - k / 5)) for k in range(4)]
    torch.testing.assert_close(moved, torch.tensor(rates)[:, None].expand(4, 4), atol=0.004, rtol=0)


def hole() -> torch.Tensor:
    mask = torch.zeros(8, 8, dtype=torch.bool)
    mask[2:5, 3:7] = True
    return mask


@pytest.mark.parametrize("family", ["vae", "cvae"])
def test_a_repair_begins_with_a_sample_and_each_pass_is_the_models_own_answer_in_the_hole(family):
    model, x, mask = small(family), torch.rand(2, 1, 8, 8), hole()
    own = (torch.tensor([0, 2]),) if family == "cvae" else ()
    passes = list(ops.inpaint(model, x, mask, *own, rng=seeded(3)))
    filled = torch.where(mask, model.decode(torch.randn(2, model.config.latent_dim, generator=seeded(3)), *own), x)
    assert len(passes) == 10
    for found in passes:
        filled = torch.where(mask, model.decode(model.encode(filled, *own).mean, *own), x)
        torch.testing.assert_close(found, filled)


def test_a_repair_never_sees_what_is_hidden():
    mask = hole()
    x = torch.rand(1, 1, 8, 8)
    other = torch.where(mask, torch.rand(1, 1, 8, 8), x)
    for family in ("vae", "ae"):
        a, b = (torch.cat(list(ops.inpaint(small(family), some, mask, passes=3, rng=seeded()))) for some in (x, other))
        assert torch.equal(a, b)
    drawn = []
    for some in (x, other):
        frames = list(ops.complete(small("pixelcnn"), 2, torch.tensor([1, 2]), image=(some * 4).round() / 4, mask=mask, rng=seeded()))
        drawn.append(torch.stack(frames))
    assert torch.equal(*drawn)
    assert not drawn[0][1][:, :, 2:5, 3:7].any()  # two rows done: nothing of the hole is there yet


def test_a_completion_reads_what_is_known_above_the_hole():
    model, mask = small("pixelcnn"), hole()
    for p in model.parameters():
        p.mul_(1.5)
    a, b = (
        last(ops.complete(model, 4, torch.zeros(4).long(), image=torch.full((1, 1, 8, 8), grey), mask=mask, rng=seeded()))[:, :, mask]
        for grey in (0.0, 1.0)
    )
    assert not torch.equal(a, b)


def test_how_a_pixel_matters_is_the_gradient_of_the_logarithm_of_what_was_drawn():
    model, y = small("pixelcnn"), torch.tensor([1])
    for p in model.parameters():
        p.mul_(1.5)
    x = torch.randint(0, 5, (1, 1, 8, 8), generator=seeded()) / 4
    pixel, step = 30, 1e-3
    found, level = ops.influence(model, x, y, pixel).flatten(), round(4 * float(x.flatten()[pixel]))
    exact, told = model.double(), torch.eye(3)[y].double()
    for j in (29, 22, 14):
        nudge = torch.zeros(64).double()
        nudge[j] = step
        ahead, behind = (exact.logits(x.double() + s * nudge.view_as(x), told)[0].flatten(1)[:, pixel].log_softmax(dim=0)[level] for s in (1, -1))
        assert found[j].item() == pytest.approx(abs(float(ahead - behind)) / (2 * step), rel=2e-3, abs=1e-6)


def test_what_a_layer_gathered_is_told_by_half_its_squared_length():
    model, y = small("pixelcnn"), torch.tensor([1])
    x = torch.rand(1, 1, 8, 8, generator=seeded())
    asked = x.clone().requires_grad_()
    features = model.features(asked, y, 2)[0].flatten(1)[:, 30]
    (gradient,) = torch.autograd.grad((0.5 * features**2).sum(), asked)
    torch.testing.assert_close(ops.influence(model, x, y, 30, 2), gradient[0, 0].abs())


def test_a_row_of_classes_is_what_the_model_reads():
    model = small("cvae")
    assert torch.equal(ops.class_rows(model, torch.tensor([2, 0])), torch.eye(3)[[2, 0]])
    assert (ops.num_classes(model), ops.num_classes(small("vae"))) == (3, 0)


def test_a_plane_meets_its_four_corners_keeps_their_norm_and_mixes_their_classes():
    corners = 2 * torch.eye(4)
    at = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.5, 0.5]])
    z = ops.bend(corners, at)
    torch.testing.assert_close(z[:4], corners, atol=1e-5, rtol=0)
    torch.testing.assert_close(z[4], torch.ones(4), atol=1e-5, rtol=0)
    weights = ops.blend(torch.eye(4), torch.tensor([[0.25, 0.5]]))
    assert weights[0].tolist() == pytest.approx([0.375, 0.125, 0.375, 0.125])
