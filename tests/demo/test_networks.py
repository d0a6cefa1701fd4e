"""What is found of a model's networks and turns by running them, and how it is drawn."""

import re

import pytest
import torch
from torch import nn

from demo import network_drawing, networks
from demo.networks import Block, Layer
from genlib.checkpoint import Info
from genlib.families import FAMILIES
from tests.conftest import small


def trace(family: str) -> networks.Training:
    model = small(family)
    return networks.trace(Info(model=family, config=vars(model.config), labels=tuple("abc")))


def reads(step) -> dict[str, str]:
    return {name: " ".join(sorted(sources)) for name, sources in step.reads.items()}


def test_a_turn_is_told_by_who_reads_whom_what_the_loss_reads_and_what_it_moves():
    (vae,) = trace("vae").steps
    assert (reads(vae), vae.loss, vae.moves) == ({"E": "x", "G": "E"}, {"x", "E", "G"}, {"E", "G"})
    (ae,) = trace("ae").steps
    assert ae.loss == {"x", "G"}  # no KL
    d, g = trace("cgan").steps
    assert (reads(d), d.moves) == ({"G": "c z", "D": "G x"}, {"D"})
    assert (reads(g), g.moves) == ({"G": "c z", "D": "G"}, {"G"})
    d, c, g = trace("cvaegan").steps
    assert (reads(d), reads(c)) == ({"G": "c z", "D": "G x"}, {"C": "x"})
    assert (reads(g), g.moves) == ({"E": "c x", "G": "E c z", "D": "G x", "C": "G x"}, {"E", "G"})
    _, d, sampler = trace("aegan").steps
    assert reads(d) == {"E": "x", "G₁": "z", "G": "G₁", "D₁": "E G₁", "D₂": "G x"}
    assert (d.moves, sampler.moves) == ({"D₁", "D₂"}, {"G₁"})


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_told_and_drawn_with_all_of_its_parameters(family):
    found, model = trace(family), small(family)
    named = sum(p.numel() for part in networks.parts_of(model).values() for module in part for p in module.parameters())
    assert sum(net.parameters for net in found.nets) == named == sum(p.numel() for p in model.parameters())
    assert frozenset().union(*(step.moves for step in found.steps)) == {net.symbol for net in found.nets}
    for net in found.nets:
        assert network_drawing.draw_net(net, "x").count("<rect") == 1 + sum(len(block.layers) for block in net.blocks)
    for step in found.steps:
        drawn = network_drawing.draw_step(step, "x", "loss")
        assert drawn.count("<rect") == len(step.reads) + 1
        assert drawn.count('class="moved"') == len(step.moves)
        assert step.code.startswith(("def ", "@"))


def test_a_trace_leaves_randomness_and_gradients_as_they_were():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    trace("gan")
    assert torch.equal(torch.rand(2), expected)


def test_layers_that_repeat_are_told_once_with_how_often():
    a, b, c = Layer("Conv2d", (8, 4, 4)), Layer("Conv2d", (16, 4, 4), 3), Layer("Linear", (2,))
    assert networks.fold([a, a, Layer("Linear", (2,)), c]) == [Layer("Conv2d", (8, 4, 4), 2), Layer("Linear", (2,), 2)]
    assert list(networks.blocks([c, a, b, a, b, a, b, a])) == [Block((c,)), Block((a, b), 3), Block((a,))]
    assert list(networks.blocks([a])) == [Block((a,))]


def test_what_a_tensor_is_made_of_follows_it_also_without_gradients():
    x, w, layer = torch.ones(2, 3), torch.ones(3), nn.Linear(3, 3)
    with networks.Follower() as follower:
        follower.mark(x, frozenset("x"))
        follower.mark(w, frozenset("w"))
        with torch.no_grad():
            made = torch.cat([layer(x * 2).relu(), x]) + w
        assert follower.origins(made) == {"x", "w"}
        assert follower.origins(torch.ones(1)) == set()
        assert follower.origins([x.sum(), {"a": w}]) == {"x", "w"}


def test_a_bar_is_the_wider_the_more_numbers_a_layer_gives():
    narrow, middle, wide = (network_drawing.half_width(shape, 784) for shape in ((1,), (28,), (784,)))
    assert (narrow, wide) == (network_drawing.NARROW, network_drawing.WIDE)
    assert middle == pytest.approx((narrow + wide) / 2)
    assert [network_drawing.shape_words(shape) for shape in ((1, 28, 28), (7,), (1, 1, 1))] == ["28 × 28", "7", "1"]


def test_boxes_stand_behind_what_they_read_and_a_line_that_passes_others_goes_below_them():
    (step,) = trace("vae").steps
    assert network_drawing.columns_of(step.reads, step.loss) == [["E"], ["G"], ["loss"]]
    at, _ = network_drawing.place([["E"], ["G"], ["loss"]])
    assert at["E"][0] < at["G"][0] < at["loss"][0]
    drawn = network_drawing.draw_step(step, "x", "loss")
    assert len(re.findall(r'class="edge" d="M[^"]*C', drawn)) == 1  # E to the loss: the KL


@pytest.mark.parametrize("family", ["vae", "cvaegan", "aegan"])
def test_a_line_that_passes_others_goes_below_the_lowest_box(family):
    for step in trace(family).steps:
        drawn = network_drawing.draw_step(step, "x", "loss")
        lowest = max(float(y) + float(h) for y, h in re.findall(r'<rect [^>]* y="([\d.]+)"[^>]* height="([\d.]+)"', drawn))
        for y0, low0, low1, y1 in re.findall(r'd="M[\d.]+ ([\d.]+)C[\d.]+ ([\d.]+) [\d.]+ ([\d.]+) [\d.]+ ([\d.]+)"', drawn):
            half_way = (float(y0) + 3 * float(low0) + 3 * float(low1) + float(y1)) / 8
            assert lowest + 5 < half_way < float(re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', drawn).group(1))
