"""One record makes a family: it is then found everywhere a family is asked for."""

import importlib
import json
import sys
import textwrap

import pytest
import torch

from demo import story
from demo.registry import ModelRegistry
from demo.tabs import compare, interpolation, latent_map
from demo.text import Text
from genlib import __main__ as command_line
from genlib import checkpoint, data, finetuning, hub, table, train
from genlib.evaluation import report
from genlib.families import FAMILIES, Family, family_of
from genlib.models.base import Decoder, Encoder, PixelModel, Prior, Reader
from genlib.objectives.registry import OBJECTIVES
from genlib.recipes import RECIPES, Recipe
from tests.conftest import SMALL, small, write_idx

TOY = """
    '''An autoencoder of one number a picture: its mean grey.'''

    from dataclasses import dataclass
    from typing import ClassVar

    import torch
    from torch import nn

    from genlib.models.base import Normal, NormalPrior


    @dataclass(frozen=True)
    class ToyConfig:
        channels: int = 1
        size: int = 28
        latent_dim: int = 2
        classes: ClassVar[int] = 0
        factors: ClassVar[tuple[int, ...]] = ()


    class Toy(NormalPrior, nn.Module):
        Config = ToyConfig

        def __init__(self, config):
            super().__init__()
            self.config = config
            self.encoder = nn.Linear(config.channels * config.size**2, config.latent_dim)
            self.decoder = nn.Linear(config.latent_dim, config.channels * config.size**2)

        def encode(self, x, y=None):
            mean = self.encoder(x.flatten(1))
            return Normal(mean, torch.full_like(mean, -torch.inf))

        def decode_logits(self, z, y=None):
            return self.decoder(z).view(-1, self.config.channels, self.config.size, self.config.size)

        def decode(self, z, y=None):
            return self.decode_logits(z).sigmoid()
"""


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A family in a module of its own: a model, a record, a recipe, two words."""
    (tmp_path / "toy_family.py").write_text(textwrap.dedent(TOY))
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("toy_family")
    family = Family("toy", "Toy", module.Toy, {"name": "reconstruction"}, ("0000.00000",), ("reconstruction_mse", "fid"))
    monkeypatch.setitem(FAMILIES, "toy", family)
    recipe = Recipe("mnist", lambda: module.Toy(module.ToyConfig()), family.objective_class, steps=3, batch=8)
    monkeypatch.setitem(RECIPES, "toy-mnist", recipe)
    yield family
    sys.modules.pop("toy_family")


@pytest.fixture
def digits(tmp_path):
    """Noise in MNIST's place: 64 training pictures, 32 of a test."""
    for split, n in (("train", 64), ("t10k", 32)):
        x = torch.randint(0, 256, (n, 28, 28), generator=torch.Generator().manual_seed(n))
        write_idx(tmp_path / f"data/MNIST/raw/{split}-images-idx3-ubyte.gz", x.numpy())
        write_idx(tmp_path / f"data/MNIST/raw/{split}-labels-idx1-ubyte.gz", (torch.arange(n) % 10).numpy())
    return tmp_path / "data"


def call(monkeypatch, capsys, *arguments) -> str:
    monkeypatch.setattr("sys.argv", ["genlib", *map(str, arguments)])
    capsys.readouterr()
    command_line.main()
    return capsys.readouterr().out


def test_a_new_family_is_listed_trained_measured_tabled_finetuned_compared_and_told(toy, digits, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "toy-mnist"
    call(monkeypatch, capsys, "train", "toy-mnist", "--data", digits, "--out", folder)
    assert checkpoint.read_info(folder).model == "toy"
    assert "toy-mnist" in call(monkeypatch, capsys, "list")
    said = json.loads(call(monkeypatch, capsys, "evaluate", folder, "--data", digits, "--n", 20, "--json").splitlines()[-1])
    assert {"reconstruction_mse", "fid", "coverage"} <= said["metrics"].keys()
    info = checkpoint.read_info(folder)
    assert "`reconstruction_mse`" in table.markdown({"toy-mnist": info})
    (tmp_path / "own/a").mkdir(parents=True)
    from PIL import Image

    for k in range(3):
        Image.effect_noise((40, 40), 90).save(tmp_path / f"own/a/{k}.png")
    task = finetuning.prepare(folder, tmp_path / "own")
    assert [p.step for p in train.train(task.run, task.batches, train.Budget(steps=2))] == [1, 2]
    t = Text("en")
    words = {"story.toy": "A toy that keeps the mean grey.", "equation.toy": r"\lVert x-x'\rVert^2"}
    monkeypatch.setattr(t, "phrases", t.phrases | words)
    registry = ModelRegistry((str(folder),))
    assert str(folder) in compare.models_for(registry, "mnist")
    assert str(folder) in interpolation.models_for(registry, "mnist")
    assert str(folder) in latent_map.planar(registry, "mnist")
    told = story.show(registry, t, str(folder))
    assert words["story.toy"] in told["head"]
    assert words["equation.toy"] in told["equation"]
    assert "genlib/objectives/reconstruction.py" in told["anatomy"]
    assert compare.draw(registry, str(folder), -1, 0, 1.0).shape == (compare.N, 1, 28, 28)


def test_every_family_has_networks_an_objective_papers_and_recipes():
    assert set(SMALL) == set(FAMILIES)
    for name, family in FAMILIES.items():
        assert family.name == name
        assert family.objective["name"] in OBJECTIVES
        assert family.papers
        assert family.source.is_file()
        assert any(type(recipe.model()) is family.network for recipe in RECIPES.values()), name
        assert family_of(small(name)) is family


@pytest.mark.parametrize("name", FAMILIES)
def test_what_a_family_says_of_itself_is_what_its_networks_can_do(name):
    family, model = FAMILIES[name], small(name)
    assert family.encodes == isinstance(model, Encoder)
    assert family.decodes == isinstance(model, Decoder)
    assert family.is_pixel_model == isinstance(model, PixelModel)
    assert family.draws != isinstance(model, Reader) or name == "ssgan" or family.is_pixel_model
    assert family.is_conditional or model.config.classes == 0
    if family.draws:
        y = torch.zeros(2).long() if model.config.classes else None
        assert report.ops.draw(model, 2, y).shape == (2, model.config.channels, model.config.size, model.config.size)
    if isinstance(model, Prior):
        assert model.prior(5).shape == (5, model.config.latent_dim)


def test_a_model_of_no_family_is_not_saved():
    with pytest.raises(KeyError):
        family_of(torch.nn.Linear(1, 1))


def test_released_files_that_use_old_words_are_read(tmp_path):
    known = json.loads((hub.resolve("cvaegan-faces") / checkpoint.CONFIG).read_text())
    new = known["config"]
    old = {key: value for key, value in new.items() if key not in ("style_dim", "normalize_brightness")} | {"style": 32, "level": True}
    (tmp_path / checkpoint.CONFIG).write_text(json.dumps(known | {"config": old}))
    info = checkpoint.read_info(tmp_path)
    assert (info.config["style_dim"], info.config["normalize_brightness"]) == (32, True)
    from genlib.objectives import registry

    objective = registry.build({"name": "likelihood", "shape": 2.0}, small("pixelcnn"))
    assert objective.foreground_weight == 2.0
    objective = registry.build({"name": "cvaegan", "keep": 0.5, "weights": {"leak": 3.0}}, small("cvaegan"))
    assert (objective.decay, objective.weights.latent_class_mmd) == (0.5, 3.0)
    with pytest.raises(registry.ObjectiveError):
        registry.build({"name": "likelihood", "leaks": 1.0}, small("pixelcnn"))


def test_data_knows_nothing_of_objectives():
    import ast
    from pathlib import Path

    for path in Path(data.__file__).parent.rglob("*.py"):
        assert "genlib.objectives" not in {getattr(n, "module", "") or "" for n in ast.walk(ast.parse(path.read_text()))}
        assert "genlib.objectives.base" not in path.read_text()
