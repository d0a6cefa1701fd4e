"""The arena's engine, which is JavaScript, plays the game that genlib plays: the same weights and batches, fifty steps, every rule."""

import json
import os
import shutil
import subprocess
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from demo.arena import SOURCES, source
from genlib.batch import Batch
from genlib.objectives.adversarial import Adversarial
from genlib.objectives.wasserstein import WGANGPObjective, WGANObjective
from genlib.train import optimizer_step
from tests.conftest import ROOT

STEPS, B, Z, HIDDEN, CLIP = 50, 24, 2, [16, 16], 0.1
NEEDS_NODE = pytest.mark.skipif(not shutil.which("node") and not os.environ.get("GENLIB_REQUIRE_NODE"), reason="no node on this machine")


def mlp(*widths: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for a, b in zip(widths, widths[1:], strict=False):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Plane(nn.Module):
    """G and D of points of the plane, as pictures of two pixels in a row; both nets see −1 … 1, as all of genlib's do."""

    config = SimpleNamespace(classes=0, bound=CLIP)

    def __init__(self):
        super().__init__()
        self.generator, self.discriminator, self.z = mlp(Z, *HIDDEN, 2), mlp(2, *HIDDEN, 1), torch.empty(0)

    @property
    def critic(self):
        return self.discriminator

    def prior(self, n, rng):
        return self.z  # as many numbers of its own choice as the other side has

    def decode(self, z):
        return ((self.generator(z) + 1) / 2).view(-1, 1, 1, 2)

    def score(self, x):
        return self.discriminator(2 * x.flatten(1) - 1).squeeze(1)


def weights_of(model: Plane) -> dict[str, list[float]]:
    nets = {"D": model.discriminator, "G": model.generator}
    return {name: torch.cat([p.detach().flatten() for p in net.parameters()]).tolist() for name, net in nets.items()}


R1 = 0.3
ADAM = {"optimizer": "adam", "beta1": 0.5, "beta2": 0.9}
GAMES = {  # the objective, the optimizer, and the settings that say the same to the engine
    "saturating": (lambda m: Adversarial(m, rule="saturating"), torch.optim.Adam, ADAM),
    "nonsaturating": (Adversarial, torch.optim.SGD, {"optimizer": "sgd"}),
    "leastsquares": (lambda m: Adversarial(m, rule="leastsquares"), torch.optim.Adam, ADAM),
    "wgan": (lambda m: WGANObjective(m, every=1), torch.optim.RMSprop, {"optimizer": "rmsprop", "clip": CLIP}),
    "wgangp": (lambda m: WGANGPObjective(m, every=1, weight=5.0), torch.optim.Adam, ADAM | {"weight": 5.0}),
    "r1": (lambda m: Adversarial(m, r1=R1), torch.optim.Adam, ADAM | {"weight": 4 * R1}),  # its slopes are by 0 … 1, twice the engine's
}


def play(rule: str) -> tuple[dict, dict]:
    """Fifty steps on genlib: what the engine is to be asked, and what it is to answer."""
    torch.manual_seed(len(rule))
    model, (objective, optimizer, settings) = Plane(), GAMES[rule]
    lr = 0.05 if optimizer is torch.optim.SGD else 2e-3
    asked = {"settings": settings | {"rule": rule, "lrD": lr, "lrG": lr, "hiddenD": HIDDEN, "hiddenG": HIDDEN, "latent": Z, "batch": B}}
    asked |= {"weights": weights_of(model), "turns": []}
    betas = {"betas": (0.5, 0.9)} if optimizer is torch.optim.Adam else {}
    turns = [(turn, optimizer(turn.net.parameters(), lr=lr, **betas)) for turn in objective(model).turns()]
    losses = []
    for step in range(STEPS):
        for (turn, descent), name in zip(turns, "DG", strict=True):
            real, model.z = torch.randn(B, 2).sign() + 0.1 * torch.randn(B, 2), torch.randn(B, Z)
            share = torch.rand(B, 1, 1, 1, generator=torch.Generator().manual_seed(step))  # as the penalty will draw it
            batch = {"real": real.flatten().tolist(), "z": model.z.flatten().tolist(), "share": share.flatten().tolist()}
            asked["turns"].append({"name": name, "batch": batch})
            pictures = Batch(((real + 1) / 2).view(-1, 1, 1, 2), torch.zeros(B, dtype=torch.int64))
            metrics = optimizer_step(turn, descent, pictures, torch.Generator().manual_seed(step), lr)
            losses.append(float(metrics[f"{turn.name}/loss"]))
    return asked, {"losses": losses, "weights": weights_of(model)}


@pytest.fixture(scope="module")
def games() -> dict[str, tuple[dict, dict, dict]]:
    """What each rule's game began from, how it ends on genlib, and how on the engine."""
    assert shutil.which("node"), "GENLIB_REQUIRE_NODE is set and there is no node"
    played = {rule: play(rule) for rule in GAMES}
    questions = json.dumps([asked for asked, _ in played.values()])
    done = subprocess.run(["node", "tests/js/arena_parity.js"], cwd=ROOT, input=questions, capture_output=True, text=True, check=True, timeout=120)
    answers = json.loads(done.stdout)
    return {rule: (asked["weights"], expected, answer) for (rule, (asked, expected)), answer in zip(played.items(), answers, strict=True)}


@NEEDS_NODE
@pytest.mark.parametrize("rule", GAMES)
def test_fifty_steps_on_the_engine_are_fifty_steps_on_genlib(games, rule):
    start, expected, answer = games[rule]
    assert answer["losses"] == pytest.approx(expected["losses"], abs=1e-4)
    for net in "DG":
        assert answer["weights"][net] == pytest.approx(expected["weights"][net], abs=1e-4)
        moved = max(abs(a - b) for a, b in zip(start[net], expected["weights"][net], strict=True))
        assert moved > 0.02  # far more than what the two may differ by


def test_the_engine_is_all_of_its_scripts_in_their_order():
    text = source()
    assert sorted(SOURCES) == sorted(path.stem for path in (ROOT / "demo" / "arena").glob("*.js"))
    assert text.index("class Tape") < text.index("class Game") < text.index("importScripts")
    assert "http" not in text  # it asks no other host for anything
