"""Swaps against their truth, on a world where the truth is known in closed form."""

import pytest
import torch

from genlib import data
from genlib.evaluation import metrics, swaps


class Additive(torch.nn.Module):
    """Pictures that are person + light, read and drawn exactly."""

    class config:
        classes = 3

    def encode(self, x, y):
        from genlib.models.base import Normal

        z = x[:, :, :1, :1].flatten(1) - 0.1 * y[:, None]
        return Normal(z, torch.full_like(z, -1e9))

    def decode(self, z, y):
        return (z + 0.1 * y[:, None])[:, :, None, None].expand(-1, 1, 8, 8)


class Reader:
    def logits(self, x):
        return -((x.mean(dim=(1, 2, 3))[:, None] + 0.02) % 0.25 - 0.02 - 0.1 * torch.arange(3)).abs()


@pytest.fixture
def world():
    y, light = torch.arange(9) // 3, torch.arange(9) % 3
    x = (255 * (0.1 * y + 0.25 * light)).round()[:, None, None, None].expand(-1, 1, 8, 8).to(torch.uint8)
    return data.Images(x, y, ("a", "b", "c"), light, ("l", "m", "n"))


def test_pairs_share_the_attribute_and_differ_in_class(world):
    source, target = swaps.pairs(world, 0)
    assert len(source) == 3 * 6
    assert (world.attribute[source] == world.attribute[target]).all()
    assert (world.y[source] != world.y[target]).all()


def test_a_perfect_swap_beats_copying_and_the_mean(world):
    figures = swaps.swap_figures(Additive(), Reader(), world, world, 0)
    assert figures["swap_psnr_db"] > 45  # eight bits a pixel leave about a thousandth
    assert figures["copy_psnr_db"] < 20
    assert figures["light_mean_psnr_db"] < figures["swap_psnr_db"]
    assert figures["swap_identity_acc"] == 1


def test_psnr_inside_a_mask_is_that_of_its_pixels():
    x, mask = torch.zeros(1, 1, 8, 8), torch.zeros(1, 8, 8, dtype=torch.bool)
    mask[:, :4] = True
    y = torch.where(mask[:, None], 0.1, 0.7)
    assert metrics.psnr(x, y, mask).item() == pytest.approx(20, abs=1e-4)
    assert metrics.psnr(x, torch.full_like(x, 0.01)).item() == pytest.approx(40, abs=1e-4)


def test_sharpness_is_the_gradient_of_a_ramp():
    ramp = torch.arange(8).view(1, 1, 1, 8).expand(1, 1, 8, 8) / 10
    assert metrics.sharpness(ramp) == pytest.approx(0.1, abs=1e-6)


def test_holes_are_squares_within_the_picture():
    mask = swaps.holes(50, 64, torch.Generator().manual_seed(0))
    area = mask.flatten(1).sum(dim=1)
    side = area.float().sqrt()
    assert torch.equal(side, side.round())
    assert side.min() >= 24
    assert side.max() <= 32
