"""Which models the page offers, and what its tabs make of a fine-tuned one."""

import base64
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from demo import address, captions, controls, validation
from demo.registry import ModelRegistry, size_of
from demo.tabs import classes, inpainting, latent_map, swap
from demo.text import Text
from demo.widgets.base import from_pixels, pixels
from demo.widgets.mask_pad import from_link, to_text
from genlib import checkpoint, hub
from genlib.checkpoint import CheckpointError
from genlib.data import VARIANT_OF
from genlib.models.cvae import CVAE, CVAEConfig
from genlib.models.vae import VAE, VAEConfig


def twelve(folder) -> str:
    """A checkpoint of MNIST's ten classes and two more, as `finetune` writes it."""
    model = CVAE(CVAEConfig(classes=12, width=4, features=8, latent_dim=4))
    checkpoint.save(model, folder, name="grown", dataset="folder", labels=(*"0123456789", "heart", "star"))
    return str(folder)


def test_planes_that_differ_in_beta_alone_are_the_latent_maps_and_no_other_tabs(tmp_path):
    checkpoint.save(VAE(VAEConfig(decoder_hidden=(8,), hidden=(8,))), tmp_path / "vae2dbeta3-mnist", dataset="mnist")
    name = str(tmp_path / "vae2dbeta3-mnist")
    registry, t = ModelRegistry((name,)), Text("en")
    assert name in latent_map.planar(registry, "mnist")
    assert name not in registry.names("mnist", lambda family: family.name == "vae")
    assert name in registry.offers()
    value = latent_map.view(registry, t, latent_map.State(z1=0, z2=0, picture=None))
    assert name not in [plane["name"] for plane in value["planes"]]
    assert name in [plane["name"] for plane in value["series"]]


def test_models_of_a_series_stand_by_their_weight_of_kl_after_the_plain_one():
    registry = ModelRegistry()
    names = registry.names("mnist", lambda family: family.name == "vae", series=True)
    weights = [float(name.partition("beta")[2].partition("-")[0]) for name in names if "beta" in name]
    assert weights == sorted(weights)
    assert len(weights) == 7
    assert names.index("vae2d-mnist") < names.index("vae2dbeta0-mnist")


def test_a_checkpoint_named_at_start_is_offered_with_its_own_classes(tmp_path):
    name = twelve(tmp_path)
    registry, t = ModelRegistry((name,)), Text("en")
    assert name in registry.names("mnist", lambda family: family.name == "cvae")
    assert name not in registry.names("mnist", lambda family: family.name == "vae")
    x = registry.samples("mnist").x
    shown = classes.show(registry, t, classes.State(model=name, label=11, other=10, mix=0.5))
    assert shown["hero"]["sections"][0]["title"] == "star with 50 % heart"
    assert shown["rows"]["sections"][0]["head"][10:] == ["heart", "star"]
    s = swap.State(model=name, label=11, other=11, picture={"pixels": pixels(x[:1]), "label": 0})
    top, below = (swap.correct_label(registry, t, s)[key] for key in ("top", "sheets"))
    label, target = top["about"]["label"], top["about"]["target"]
    assert (label, target) == (11, 0)
    assert below["sections"][0]["pixels"]["n"] == 12
    mask = torch.zeros(28, 28, dtype=torch.bool)
    mask[5:9] = True
    pad = {"pixels": pixels(x[:1]), "mask": to_text(mask)}
    film = inpainting.repair(registry, t, inpainting.State(model=name, label=11, passes=2, mask=pad, picture={"pixels": pixels(x[:1]), "label": 0}))
    label, sheet = film["about"]["label"], inpainting.compare(registry, t, inpainting.Shown(film, None))
    assert label == 11
    # Siblings without that class are left out; the VAEs know none.
    assert sheet["sections"][0]["about"]["models"] == [name, "vae-mnist", "vae2d-mnist", "vaegauss-mnist"]


def test_visitors_may_ask_for_many_models_and_the_shelf_keeps_the_last(tmp_path, monkeypatch):
    monkeypatch.setenv("GENLIB_ALLOW_PATHS", "1")
    registry = ModelRegistry(keep=2)
    names = [twelve(tmp_path / str(k)) for k in range(4)]
    for name in names:
        registry.add(name)
    assert [name in registry.infos for name in names] == [False, False, True, True]
    assert "cvae-mnist" in registry.infos
    registry.model(names[0])  # asked for again, it comes back


def test_a_path_is_no_name_and_its_refusal_is_that_of_a_path_to_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)
    there, registry = twelve(tmp_path / "runs" / "grown"), ModelRegistry()
    for name in (there, "runs/grown", "./runs/grown", "runs/../runs/grown", "runs", ".", "..", "~"):
        said = []
        for asked in (name, name.replace("runs", "none").replace("grown", "nothing")):
            with pytest.raises(CheckpointError) as refusal:
                registry.model(asked)
            said.append(str(refusal.value).replace(repr(asked)[:40], "NAME").replace(asked, "NAME"))
        assert said[0] == said[1]
        assert name not in registry.infos


def test_where_paths_are_allowed_one_loads(tmp_path, monkeypatch):
    monkeypatch.setenv("GENLIB_ALLOW_PATHS", "1")
    assert ModelRegistry().model(twelve(tmp_path)).config.classes == 12


def test_visitors_fetch_one_model_at_a_time_and_so_many_at_most(tmp_path, monkeypatch):
    folder, entered, leave = Path(twelve(tmp_path)), threading.Event(), threading.Event()

    def fetch(_address):
        entered.set()
        leave.wait(10)
        return folder

    monkeypatch.setattr(hub, "find_cached", lambda _address: None)
    monkeypatch.setattr(hub, "fetch", fetch)
    registry = ModelRegistry(most=1)
    thread = threading.Thread(target=registry.model, args=("a/b",))
    thread.start()
    entered.wait(10)
    with pytest.raises(CheckpointError, match="another model is being fetched"):
        registry.model("c/d")
    leave.set()
    thread.join()
    with pytest.raises(CheckpointError, match="get no more"):
        registry.model("c/d")
    assert registry.model("a/b").config.classes == 12


def test_the_models_kept_are_small_enough_together(monkeypatch):
    registry = ModelRegistry()
    first = registry.model("cvae-mnist")
    monkeypatch.setattr("demo.registry.KEPT", size_of(first) + 1)
    registry.model("cvae-fashion")
    assert list(registry.models) == ["cvae-fashion"]


def test_of_models_too_large_together_the_largest_goes_and_never_the_last(monkeypatch):
    registry = ModelRegistry()
    large, small = registry.model("cvaegan-mnist"), registry.model("cgan-mnist")
    monkeypatch.setattr("demo.registry.KEPT", size_of(large) + size_of(small))
    registry.model("dcgan-mnist")
    assert list(registry.models) == ["cgan-mnist", "dcgan-mnist"]
    registry.model("cvaegan-mnist")
    assert list(registry.models)[-1] == "cvaegan-mnist"


def test_of_models_too_large_together_the_one_nobody_asks_for_any_more_goes_before_a_larger(monkeypatch):
    registry = ModelRegistry()
    small, large = registry.model("cgan-mnist"), registry.model("cvaegan-mnist")
    monkeypatch.setattr("demo.registry.KEPT", size_of(large) + size_of(small))
    registry.asked["cgan-mnist"] -= 60
    registry.model("dcgan-mnist")
    assert list(registry.models) == ["cvaegan-mnist", "dcgan-mnist"]
    assert registry.asked.keys() == registry.models.keys()


def test_how_many_classes_a_model_can_be_told_is_known_without_its_weights():
    registry = ModelRegistry()
    counts = {name: registry.num_classes(name) for name in registry.infos}
    assert not registry.models
    assert all(counts[name] == registry.model(name).config.classes for name in counts)


def test_a_hidden_data_set_is_on_no_tab(monkeypatch):
    monkeypatch.setenv("GENLIB_HIDE", "mnist")
    assert not any(info.dataset == "mnist" for info in ModelRegistry().infos.values())


def test_an_address_carries_a_mask_bit_by_bit():
    mask = torch.rand(28, 28) < 0.5
    packed = base64.b64encode(np.packbits(mask.numpy().flatten()).tobytes()).decode()
    assert torch.equal(from_link(packed, 28, 28), mask)
    assert from_link(packed[:-4], 28, 28) is None
    assert from_link("no mask", 28, 28) is None


def test_a_picture_is_opened_by_number_or_by_its_pixels():
    registry, t = ModelRegistry(), Text("en")
    x, y = registry.samples("mnist").x, registry.samples("mnist").y
    by_number, update = controls.initial_picture(t, registry, "mnist", "42", "0")
    assert (by_number["label"], by_number["source"]) == (int(y[42]), "sample 42")
    assert len(update["samples"]["labels"]) == update["samples"]["pixels"]["n"] == 100
    by_pixels, _ = controls.initial_picture(t, registry, "mnist", pixels(x[5:6])["data"], "0")
    assert torch.equal(from_pixels(by_pixels["pixels"]), x[5:6])
    assert by_pixels["label"] == validation.GUESS
    for spoiled in ("", "garbage", "AAAA", "1234567", "-3"):
        assert controls.initial_picture(t, registry, "mnist", spoiled, "7")[0]["source"] == "sample 7"


def test_one_address_is_worked_out_once(monkeypatch):
    seen, worked = [], []
    monkeypatch.setattr(address, "when_opened", lambda _t, show, _outputs: seen.append(show))
    address.bind_load(Text("en"), "classes", classes.State(model="m"), lambda _d: ["m"], lambda s: worked.append(s) or {}, {})
    (show,) = seen
    for query in ({}, {"tab": "swap", "label": "4"}, {"tab": "classes", "label": "4"}, {"label": "4", "tab": "classes"}):
        show(SimpleNamespace(query_params=query))
    assert [s.label for s in worked] == [3, 4]


def test_the_stops_of_beta_rise_and_their_bars_are_the_measured_nats():
    registry, t = ModelRegistry(), Text("en")
    planes = latent_map.view(registry, t, latent_map.State(z1=0, z2=0, picture=None))["series"]
    assert [plane["label"] for plane in planes] == ["0", "0.1", "0.3", "1", "3", "10", "30"]
    assert latent_map.series(registry, "fashion") == []
    for plane in planes:
        name = plane["name"]
        assert float(plane["label"]) == registry.info(name).objective["beta"]
        reconstruction, kl = plane["terms"]
        assert reconstruction["nats"] == registry.info(name).figures["reconstruction_nats"]
        assert kl["nats"] == registry.info(name).figures["kl_nats"]
        assert reconstruction["share"] == pytest.approx(reconstruction["nats"] / 220)
        assert kl["share"] == pytest.approx(min(1, kl["nats"] / 220))
    assert latent_map.terms(registry, t, "vae2d-mnist") == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_model_is_called_as_people_call_it_and_no_two_of_a_data_set_alike(language):
    registry, t = ModelRegistry(), Text(language)
    titles = {name: captions.model_title(t, registry, name) for name in registry.infos}
    for dataset in {info.dataset for info in registry.infos.values()}:
        own = [titles[name] for name in registry.infos if VARIANT_OF.get(registry.info(name).dataset, registry.info(name).dataset) == dataset]
        assert len(own) == len(set(own))
    assert not [title for title in titles.values() if title in registry.infos]
    assert titles["vae2dbeta0.3-mnist"] == {"en": "VAE, 2-D latent, β = 0.3", "zh": "VAE，二维潜变量，β = 0.3"}[language]
    assert captions.model_choices(t, registry, ["wgangp-mnist"]) == [("WGAN-GP", "wgangp-mnist")]


def test_a_model_of_ones_own_is_called_as_it_was_asked_for(tmp_path):
    shutil.copytree(hub.BUNDLED / "gan-mnist", tmp_path / "gan-mnist")
    registry = ModelRegistry((str(tmp_path / "gan-mnist"),))
    assert captions.model_title(Text("en"), registry, str(tmp_path / "gan-mnist")) == str(tmp_path / "gan-mnist")
