import math

import pytest
import torch

from genlib import checkpoint, ops
from genlib.models.pixelcnn import PixelCNN, PixelCNNConfig
from genlib.ops.pixels import complete_naively
from tests.conftest import small


def last(generator):
    *_, x = generator
    return x


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("hole", [None, "block"])
@pytest.mark.parametrize("frequencies", [0, 3])
def test_the_fast_sampler_draws_the_textbooks_pixels(n, hole, frequencies):
    torch.manual_seed(0)
    more = {"frequencies": frequencies, "class_map": frequencies > 0, "place": n > 1}
    model = PixelCNN(PixelCNNConfig(size=8, classes=3, levels=5, width=6, dilations=(1, 2, 1), **more)).eval().requires_grad_(False)
    for learned in (model.place, model.class_map and model.class_map.weight):
        if learned is not None:
            learned.normal_()
    for p in model.parameters():
        p.mul_(1.5)  # away from uniform: a wrong cache must show
    y = torch.arange(n) % 3
    mask = None
    image = torch.randint(0, 5, (1, 1, 8, 8)) / 4
    if hole:
        mask = torch.zeros(8, 8, dtype=torch.bool)
        mask[2:5, 3:7] = True
    given = {} if hole is None else {"image": image, "mask": mask}
    fast = last(ops.complete(model, n, y, rng=torch.Generator().manual_seed(1), **given))
    slow = complete_naively(model, n, y, rng=torch.Generator().manual_seed(1), **given)
    assert torch.equal(fast, slow)
    assert fast.unique().numel() > 2
    if hole:
        assert torch.equal(fast[:, :, ~mask], image.expand(n, -1, -1, -1)[:, :, ~mask])


def guided(w: float | None) -> PixelCNN:
    torch.manual_seed(0)
    config = PixelCNNConfig(size=8, classes=3, levels=5, width=6, dilations=(1, 2, 1), class_map=True, guidance=w)
    model = PixelCNN(config).eval().requires_grad_(False)
    model.class_map.weight.normal_()
    for p in model.parameters():
        p.mul_(1.5)
    return model


def test_guided_samples_are_drawn_from_both_logits_and_zero_guidance_from_those_with_the_class():
    model, y, seeded = guided(1.5), torch.tensor([0, 2]), torch.Generator().manual_seed
    x = torch.randint(0, 5, (2, 1, 8, 8)) / 4
    told, untold = model.logits(x, y), model.logits(x, torch.zeros(2, 3))
    torch.testing.assert_close(ops.guided_logits(model, x, y), 2.5 * told - 1.5 * untold)
    assert torch.equal(ops.guided_logits(model, x, y, 0.0), told)
    for w in (None, 1.5, 4.0):
        fast = last(ops.complete(model, 2, y, rng=seeded(1), guidance=w))
        assert torch.equal(fast, complete_naively(model, 2, y, rng=seeded(1), guidance=w))
    assert torch.equal(fast, ops.draw(model, 2, y, rng=seeded(1), guidance=4.0))
    plain = last(ops.complete(guided(None), 2, y, rng=seeded(1)))
    assert torch.equal(plain, last(ops.complete(model, 2, y, rng=seeded(1), guidance=0.0)))
    assert not torch.equal(plain, fast)


def test_guidance_changes_what_is_said_of_a_pixel():
    model, y, x = guided(1.0), torch.tensor([1]), torch.randint(0, 5, (1, 1, 8, 8)) / 4
    p = ops.guided_logits(model, x, y, 3.0).softmax(dim=1)
    torch.testing.assert_close(ops.entropy(model, x, y, guidance=3.0), -(p * p.log()).sum(dim=1))
    assert not torch.allclose(ops.influence(model, x, y, 40, guidance=0.0), ops.influence(model, x, y, 40))


def test_its_guidance_travels_with_the_checkpoint(tmp_path):
    checkpoint.save(guided(1.5), tmp_path)
    assert checkpoint.load(tmp_path).config.guidance == 1.5


def test_a_model_that_always_knew_the_class_takes_no_guidance():
    with pytest.raises(ValueError, match="takes no guidance"):
        last(ops.complete(guided(None), 1, torch.tensor([1]), guidance=1.0))


def test_a_pixelgan_draws_what_its_z_says():
    model, y, z = small("pixelgan"), torch.tensor([0, 2]), torch.tensor([[0.5, -1.0], [2.0, 0.0]])
    for p in model.parameters():
        p.mul_(1.5)
    seeded = torch.Generator().manual_seed
    fast = last(ops.complete(model, 2, y, z=z, rng=seeded(1)))
    assert torch.equal(fast, complete_naively(model.pixelcnn, 2, model.conditioning(z, y), rng=seeded(1)))
    assert not torch.equal(fast, last(ops.complete(model, 2, y, z=z.flip(0), rng=seeded(1))))
    drawn = last(ops.complete(model, 2, y, rng=seeded(1)))
    assert torch.equal(drawn, last(ops.complete(model, 2, y, rng=seeded(1))))
    with pytest.raises(ValueError, match="class"):
        last(ops.complete(model, 2, None))


def test_sampling_streams_a_growing_picture():
    frames = list(ops.complete(small("pixelcnn"), 2, torch.tensor([0, 1]), rng=torch.Generator().manual_seed(3), every=4))
    assert len(frames) == 16
    for at, frame in enumerate(frames, start=1):
        assert torch.equal(frame.flatten(2)[:, :, : 4 * at], frames[-1].flatten(2)[:, :, : 4 * at])
        assert not frame.flatten(2)[:, :, 4 * at :].any()


def test_temperature_makes_a_difference():
    draws = [
        last(ops.complete(small("pixelcnn"), 4, torch.zeros(4).long(), rng=torch.Generator().manual_seed(1), temperature=t)) for t in (1.0, 0.05)
    ]
    assert not torch.equal(*draws)


@pytest.mark.parametrize("family", ["vae", "cvae", "cvaegan"])
def test_repair_leaves_known_pixels_to_the_bit(family, rng):
    model, x = small(family), torch.rand(2, 1, 8, 8)
    y = torch.tensor([0, 1]) if ops.num_classes(model) else None
    mask = torch.zeros(8, 8, dtype=torch.bool)
    mask[3:6, 2:7] = True
    passes = list(ops.inpaint(model, x, mask, y, passes=4, rng=rng))
    assert len(passes) == 4
    for repaired in passes:
        assert torch.equal(repaired[:, :, ~mask], x[:, :, ~mask])
    assert not torch.equal(passes[0][:, :, mask], passes[-1][:, :, mask])


@pytest.mark.parametrize("full", [False, True])
def test_an_empty_or_full_mask_is_refused(full, rng):
    mask = torch.full((8, 8), full)
    with pytest.raises(ValueError, match="mask"):
        next(ops.inpaint(small("vae"), torch.rand(1, 1, 8, 8), mask, rng=rng))


def test_a_swap_keeps_z_to_the_bit():
    model, z = small("cvaegan"), torch.randn(4)
    before = z.clone()
    row = ops.swap(model, z, torch.arange(3))
    assert torch.equal(z, before)
    assert torch.allclose(row[1], model.decode(z[None], torch.tensor([1]))[0], atol=1e-6)


@pytest.mark.parametrize("path", ["linear", "spherical"])
def test_the_ends_of_an_interpolation_are_its_ends(path):
    model, (start, end) = small("vae"), torch.randn(2, 2)
    x = ops.interpolate(model, start, end, 5, path=path)
    torch.testing.assert_close(x[[0, -1]], model.decode(torch.stack([start, end])))


def test_spherical_interpolation_keeps_the_norm():
    z = ops.slerp(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), torch.linspace(0, 1, 7)[:, None])
    torch.testing.assert_close(z.norm(dim=1), torch.ones(7))


def test_an_unknown_path_is_refused():
    with pytest.raises(ValueError, match="linear"):
        ops.interpolate(small("vae"), torch.zeros(2), torch.ones(2), 3, path="detour")


def test_a_pixel_depends_on_what_lies_before_it_alone():
    model, x, y = small("pixelcnn"), torch.rand(1, 1, 8, 8), torch.tensor([1])
    i = 3 * 8 + 4
    seen = ops.influence(model, x, y, i).flatten()
    assert not seen[i:].any()
    assert seen[i - 1] > 0
    assert seen[i - 8 : i - 4].all()  # the row above, to the right too


def test_a_pixelcnn_without_classes_samples_as_the_textbook_does():
    torch.manual_seed(0)
    model = PixelCNN(PixelCNNConfig(size=8, classes=0, levels=2, width=6, dilations=(1, 2))).eval().requires_grad_(False)
    fast = last(ops.complete(model, 3, None, rng=torch.Generator().manual_seed(1)))
    assert torch.equal(fast, complete_naively(model, 3, None, rng=torch.Generator().manual_seed(1)))
    assert set(fast.unique().tolist()) <= {0.0, 1.0}
    assert ops.draw(model, 2, rng=torch.Generator().manual_seed(1)).shape == (2, 1, 8, 8)


def test_the_view_grows_layer_by_layer_and_never_ahead():
    model, x, y = small("pixelcnn"), torch.rand(1, 1, 8, 8), torch.tensor([1])
    i = 6 * 8 + 4
    views = [ops.influence(model, x, y, i, depth).flatten() > 0 for depth in (0, 1, 2, 3)]
    assert not any(view[i:].any() for view in views)
    sizes = [int(view.sum()) for view in views]
    assert sizes[0] < sizes[1] < sizes[2] <= sizes[3]  # until the picture ends
    assert not (views[0] & ~views[3]).any()


def test_the_entropy_of_a_uniform_pixel_is_the_logarithm_of_its_levels():
    model, x, y = small("pixelcnn"), torch.rand(2, 1, 8, 8), torch.tensor([1, 2])
    for p in model.output.parameters():
        p.zero_()
    assert torch.allclose(ops.entropy(model, x, y), torch.full((2, 8, 8), math.log(5)))
    model.output.bias[0] = 50.0
    assert ops.entropy(model, x, y).max() < 1e-3


@pytest.mark.parametrize("family", ["gan", "cgan"])
def test_descent_finds_the_z_of_a_generated_picture(family):
    model, seeded = small(family), torch.Generator().manual_seed
    for p in model.parameters():
        p.mul_(3)
    y = torch.tensor([1]) if ops.num_classes(model) else None
    x = ops.decode(model, model.prior(1, seeded(5)), y)
    with torch.inference_mode():  # as a page's handlers may be called
        way = list(ops.invert(model, x, y, steps=60, every=20, pull=0.0, rng=seeded(0)))
    assert [d.step for d in way] == [0, 20, 40, 60]
    assert way[-1].error < 0.3 * way[0].error
    torch.testing.assert_close(way[-1].x, ops.decode(model, way[-1].z, y))
    again = list(ops.invert(model, x, y, steps=60, every=20, pull=0.0, rng=seeded(0)))
    assert torch.equal(again[-1].z, way[-1].z)


def test_ink_leans_by_the_slope_of_the_line_that_is_drawn():
    rows = torch.arange(9)
    for slope in (-1, 0, 1):
        x = torch.zeros(1, 1, 9, 9)
        x[0, 0, rows, 4 - slope * (rows - 4)] = 1  # rows go down
        assert float(ops.lean(x)) == pytest.approx(slope, abs=1e-6)
        assert float(ops.lean(0.3 * x)) == pytest.approx(slope, abs=1e-6)
    assert float(ops.lean(torch.zeros(1, 1, 9, 9))) == 0
