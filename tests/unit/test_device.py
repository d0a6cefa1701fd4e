"""Nothing is left behind on the CPU when a model is elsewhere; a seed's start is the same on every device."""

import pytest
import torch

from genlib import ops, train
from genlib.batch import Batch
from genlib.device import NoDevice, choose_device
from genlib.evaluation import report
from genlib.families import FAMILIES
from genlib.models.base import Decoder, Discriminator, Encoder, PixelModel, Reader
from genlib.objectives import registry
from genlib.ops import latent
from tests.conftest import SMALL, small
from tests.elsewhere import DEVICE, Elsewhere, SecondDevice, send


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    """Without inference mode, which knows nothing of a made-up device."""
    for name in ("decode", "encode"):
        monkeypatch.setattr(latent, name, getattr(latent, name).__wrapped__)


def test_a_tensor_of_the_cpu_beside_one_that_is_elsewhere_is_found():
    with SecondDevice():
        x = torch.ones(3).to(DEVICE)
        assert isinstance(x * 2, Elsewhere)
        assert isinstance(torch.zeros(2, device=x.device), Elsewhere)
        assert not isinstance(x.cpu(), Elsewhere)
        with pytest.raises(RuntimeError, match="tensor of the CPU"):
            x + torch.ones(3)


def batch(name: str) -> Batch:
    y = torch.tensor([0, 1, 2, -1, -1, -1]) if name == "ssgan" else torch.arange(6) % 3
    return Batch(torch.rand(6, 1, 8, 8, generator=torch.Generator().manual_seed(0)), y)


@pytest.mark.parametrize("name", FAMILIES)
def test_every_turns_loss_and_its_gradient_stay_where_the_model_is(name):
    torch.manual_seed(0)
    objective = send(registry.build(FAMILIES[name].objective, SMALL[name]()))
    rng = torch.Generator().manual_seed(0)
    with SecondDevice():
        for turn in objective.turns():
            loss = turn.loss(batch(name).to(DEVICE), rng)["loss"]
            assert isinstance(loss, Elsewhere)
            loss.backward(inputs=list(turn.net.parameters()))


@pytest.mark.parametrize("name", FAMILIES)
def test_what_a_model_is_asked_for_is_answered_where_it_is(name):
    model, rng = send(small(name)), torch.Generator().manual_seed(0)
    with SecondDevice(), torch.no_grad():
        x, y = batch("").to(DEVICE)
        own = (y,) if model.config.classes else ()
        answers = []
        if isinstance(model, Encoder):
            answers.append(model.encode(x, *own).sample(rng))
        if isinstance(model, Decoder):
            answers += [
                ops.draw(model, 6, *own, rng=rng),
                ops.interpolate(model, model.prior(1)[0].to(DEVICE), model.prior(1)[0].to(DEVICE), 3, *(k[:1] for k in own)),
            ]
        if ops.is_autoencoder(model):
            answers.append(ops.reconstruct(model, x, *own))
        if isinstance(model, Discriminator):
            answers.append(model.score(x, *own))
        if isinstance(model, PixelModel):
            answers.append(model.logits(x, *own))
        if isinstance(model, Reader) and not isinstance(model, PixelModel):
            answers.append(model.logits(x))
        assert answers
        assert all(isinstance(answer, Elsewhere) for answer in answers)


def test_a_batch_is_sent_where_the_run_is(monkeypatch):
    sent = []
    monkeypatch.setattr(Batch, "to", lambda self, device: sent.append(device) or self)
    run = train.Run(registry.build({"name": "elbo"}, SMALL["vae"]()), device="cpu")
    next(train.train(run, lambda step, rng: batch(""), train.Budget(steps=1)))
    assert sent == [torch.device("cpu")]
    assert report.ops.device_of(run.objective.model) == torch.device("cpu")


def test_a_device_that_is_not_here_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device("auto") == choose_device("cpu") == torch.device("cpu")
    with pytest.raises(NoDevice, match="there is no cuda here; there is cpu"):
        choose_device("cuda")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert choose_device("auto") == torch.device("mps")
