"""The recipes as values: what they build can be released, and is what the page and the papers need."""

from datetime import date

import pytest

from genlib import checkpoint, hub
from genlib.models.dcgan import DCGAN
from genlib.models.vae import VAE
from genlib.objectives import registry
from genlib.recipes import RECIPES

PLANES = [name for name in RECIPES if name.startswith("vae2dbeta")]


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipes_weights_fit_in_ten_megabytes(name):
    model = RECIPES[name].build().model
    stored = [checkpoint.to_storage(model, key, value) for key, value in model.state_dict().items()]
    assert sum(value.numel() * value.element_size() for value in stored) < 9.9e6


def test_the_planes_cover_the_weights_of_kl_from_none_to_far_too_much():
    objectives = [RECIPES[name].build() for name in PLANES]
    assert [objective.beta for objective in objectives] == [0, 0.1, 0.3, 1, 3, 10, 30]
    assert all(type(objective.model) is VAE and objective.model.config.latent_dim == 2 for objective in objectives)


@pytest.mark.parametrize("name", PLANES)
def test_a_page_fetches_a_planes_decoder_in_a_quarter_of_a_megabyte(name):
    weights = sum(p.numel() for p in RECIPES[name].build().model.decoder.parameters())
    assert weights * 2 * 4 / 3 < 250_000  # half precision, in base64


def test_a_dcgans_discriminator_has_a_penalty_in_the_place_of_batchnorm():
    objective = RECIPES["dcgan-mnist"].build()
    assert isinstance(objective.model, DCGAN)
    assert not objective.model.config.norm
    assert objective.r1 > 0


@pytest.mark.parametrize("dataset", ["mnist", "fashion"])
def test_the_comparison_of_autoencoders_is_of_one_net_and_one_likelihood(dataset):
    nets = {kind: RECIPES[f"{kind}-{dataset}"].build().model for kind in ("ae", "vaegauss", "waegan", "aegan")}
    assert len({(net.config.hidden, net.config.decoder_hidden) for net in nets.values()}) == 1


LONGER = ("pixelcnn-mnist",)  # of more batches than its recipe, see its card


@pytest.mark.parametrize("name", sorted(set(RECIPES) & set(hub.bundled_checkpoints())))
def test_a_card_says_what_its_recipe_says(name):
    info, recipe = hub.bundled_checkpoints()[name], RECIPES[name]
    assert info.objective.items() <= registry.describe(recipe.build()).items()  # what an older card does not know came later
    said = {"seed": recipe.seed, "lr": recipe.lr, "betas": list(recipe.betas)} | ({} if name in LONGER else {"steps": recipe.steps})
    assert {key: info.training.get(key, value) for key, value in said.items()} == said


@pytest.mark.parametrize("name", sorted(hub.bundled_checkpoints()))
def test_a_card_says_how_long_a_model_was_trained_and_on_what_day(name):
    training = hub.bundled_checkpoints()[name].training
    assert date.fromisoformat(training["date"]) >= date(2026, 11, 21)  # the first weights of all
    assert training["minutes"] > 0
