"""What the page computes with, as the bytes of a safetensors file: GET /tensors?name=…, a plane's decoder and codes, or a small classifier."""

from typing import cast

import torch
from safetensors.torch import save
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from torch import Tensor, nn

from demo.registry import ModelRegistry
from genlib import ops
from genlib.checkpoint import Codes, read_codes
from genlib.errors import InputError
from genlib.models.aegan import AEGAN
from genlib.models.lenet import LeNet
from genlib.models.vae import VAE
from genlib.weights import row_steps

POINTS = 3000  # codes of the test set that a map shows
DRAWS = 200  # of a prior that was learned
FOREVER, NEVER = "public, max-age=31536000, immutable", "no-store"  # what a visitor's pictures became stays nowhere


def address(registry: ModelRegistry, name: str) -> str:
    """Where a model's tensors are fetched, from the page's root; other weights have another address."""
    version = (registry.info(name).sha256 or ("",))[0][:12]
    return f"tensors?name={name}&v={version}"


def layers_of(network: nn.Module) -> dict[str, Tensor]:
    """ "0.weight", "0.bias", "1.weight" … of a network's layers, in their order."""
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Linear | nn.Conv2d)]
    return {f"{i}.{key}": value.detach() for i, layer in enumerate(layers) for key, value in layer.named_parameters()}


def halves(parts: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key: value.half().contiguous() for key, value in parts.items()}


def bytes_of(parts: dict[str, Tensor]) -> dict[str, Tensor]:
    """Of each "0.weight" whose numbers are multiples of a step a row, as a plane's are kept, these as int8 and its "0.steps"; else as it is."""
    sent = dict(parts)
    for key, value in parts.items():
        if value.dim() == 2:
            steps = row_steps(value.float())
            multiples = value / steps
            if torch.equal(multiples, multiples.round()):
                sent |= {key: multiples.to(torch.int8), key.replace("weight", "steps"): steps.half()}
    return sent


def plane_codes(registry: ModelRegistry, name: str) -> Codes:
    """q(z|x) of test pictures; of a visitor's model, of the pictures it has learned from."""
    own = registry.own.get(name)
    if own is None:
        return read_codes(registry.folders[name])
    q = ops.encode(cast(VAE, registry.model(name)), own.learned.batch(slice(None)).x)
    return Codes(q.mean, q.logvar if q.logvar.isfinite().all() else None, own.learned.y.to(torch.uint8))


def plane_tensors(registry: ModelRegistry, name: str) -> dict[str, Tensor]:
    """The decoder's layers; mean and, of a VAE, logvar of q(z|x) of its pictures (N, 2), their label (N,); draws of a learned prior (200, 2).

    Raises InputError for a model whose plane the page cannot decode.
    """
    model = registry.model(name)
    if not isinstance(model, VAE) or model.config.latent_dim != 2:
        raise InputError("{model} has no plane to show: choose a model with a 2-D latent", model=name)
    codes = plane_codes(registry, name)
    parts = {"mean": codes.mean[:POINTS].clone()}
    if codes.logvar is not None:
        parts["logvar"] = codes.logvar[:POINTS].clone()
    if isinstance(model, AEGAN):
        with torch.inference_mode():
            parts["draws"] = model.prior(DRAWS, torch.Generator().manual_seed(0))
    return bytes_of(halves(layers_of(model.decoder))) | halves(parts) | {"label": codes.label[:POINTS].clone()}


def tensors(registry: ModelRegistry, name: str) -> dict[str, Tensor]:
    """In half precision, as dense and small convolutional networks are kept.  Raises InputError for a model that the page does not compute with."""
    model = registry.model(name)
    if isinstance(model, LeNet):
        return halves(layers_of(model))
    return plane_tensors(registry, name)


def answer(request: Request) -> Response:
    registry, name = request.app.get_blocks().registry, request.query_params.get("name", "")
    if name not in registry.infos:  # nothing is fetched from the Hub for this
        return JSONResponse({"error": "There is no such model here."}, 404)
    try:
        return Response(
            save(tensors(registry, name)),
            media_type="application/octet-stream",
            headers={"Cache-Control": NEVER if name in registry.own else FOREVER},
        )
    except InputError as error:
        return JSONResponse({"error": str(error)}, 404)


ROUTES = [Route("/tensors", answer)]
