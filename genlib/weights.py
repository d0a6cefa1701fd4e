"""model.safetensors against the model it is for: names, shapes and types are compared before any memory is taken."""

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from genlib.errors import CheckpointError, brief
from genlib.models.base import Network, Settings
from genlib.reading import MEGA, parse_json

LARGE = 4096  # weights, from which on a matrix is worth rounding
DTYPES = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64", torch.uint8: "U8"}


class Uninitialised(TorchFunctionMode):
    """Layers made in it get no first weights: others follow.  On the meta device they get no memory either."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if getattr(func, "__module__", "") == "torch.nn.init":
            return kwargs.get("tensor", args[0] if args else None)
        if func is torch.norm_except_dim and args[0].is_meta:  # by itself it would import seconds of symbolic mathematics
            v, _, dim = args
            return v.new_empty([n if i == dim else 1 for i, n in enumerate(v.shape)])
        return func(*args, **kwargs)


def make(cls: type[Network], config: Settings, device: str = "cpu") -> Network:
    """The model of a Config, its weights still to come; on "meta" it has shapes only."""
    with torch.random.fork_rng(devices=[]), torch.device(device), Uninitialised():
        return cls(config)


def row_steps(weight: Tensor) -> Tensor:
    """The step of each row of a matrix (n, m) -> (n, 1): the power of two by which 127 steps reach its largest weight.

    A power of two, so that multiples of it are exact in half precision, and rounded again stay what they are.
    """
    return 2.0 ** torch.ceil(torch.log2(weight.abs().amax(dim=1, keepdim=True).clamp(min=2.0**-14) / 127))


def round_weight(weight: Tensor) -> Tensor:
    """Each weight the nearest of 255 multiples of its row's step: eight bits a weight, where it is sent as such."""
    steps = row_steps(weight)
    return (weight / steps).round() * steps


def storage_dtype(model: nn.Module, key: str, value: Tensor) -> torch.dtype:
    """What a tensor is written as: half precision of the networks in `model.fp16_modules`."""
    half = key.split(".")[0] in getattr(model, "fp16_modules", ()) and value.is_floating_point()
    return torch.float16 if half else value.dtype


def to_storage(model: nn.Module, key: str, value: Tensor) -> Tensor:
    """A tensor as it is written: of its `storage_dtype`, the large matrices of `int8_modules` rounded."""
    if key.split(".")[0] in getattr(model, "int8_modules", ()) and value.dim() == 2 and value.numel() >= LARGE:
        value = round_weight(value)
    return value.to(storage_dtype(model, key, value)).contiguous()


def read_header(raw: bytes) -> dict:
    """name -> {dtype, shape, data_offsets} of a safetensors file.  Raises ValueError."""
    length = int.from_bytes(raw[:8], "little")
    if len(raw) < 8 or length > min(len(raw) - 8, MEGA):
        raise ValueError("its header is cut off")
    header = parse_json(raw[8 : 8 + length])
    if not isinstance(header, dict) or not all(isinstance(about, dict) for about in header.values()):
        raise ValueError("its header is no table of tensors")
    header.pop("__metadata__", None)
    return header


def describe(shape: object, dtype: object) -> str:
    return f"{brief(dtype)} {brief(shape)}".replace("'", "")


def check_fit(header: dict, model: nn.Module, folder: object) -> None:
    """A file's tensors are the ones that this model, on any device, has.  Raises CheckpointError."""
    about = "{folder}: the weights do not fit the config: "
    expected = model.state_dict()
    for key in expected.keys() - header.keys():
        raise CheckpointError(about + "they lack {tensor}", folder=folder, tensor=key)
    for key in header.keys() - expected.keys():
        raise CheckpointError(about + "{tensor} is too many", folder=folder, tensor=brief(key))
    for key, value in expected.items():
        shape, dtype = header[key].get("shape"), header[key].get("dtype")
        if shape != list(value.shape) or dtype not in (DTYPES[value.dtype], DTYPES[storage_dtype(model, key, value)]):
            raise CheckpointError(
                about + "{tensor} is {found}, not {expected}", folder=folder, tensor=key, found=describe(shape, dtype),
                expected=describe(list(value.shape), DTYPES[value.dtype]),
            )  # fmt: skip


def decode(raw: bytes, path: object) -> dict[str, Tensor]:
    """The tensors of a safetensors file.  Raises CheckpointError."""
    try:
        tensors = load_tensors(raw)
    except (SafetensorError, KeyError, ValueError, OverflowError, TypeError) as error:
        raise CheckpointError("{path} is not a safetensors file: {reason}", path=path, reason=str(error)) from error
    if not all(value.isfinite().all() for value in tensors.values()):
        raise CheckpointError("{path}: the weights hold NaN or infinite numbers", path=path)
    return tensors


def header_of(raw: bytes, path: object) -> dict:
    """The same as `read_header`.  Raises CheckpointError."""
    try:
        return read_header(raw)
    except ValueError as error:
        raise CheckpointError("{path} is not a safetensors file: {reason}", path=path, reason=str(error)) from error
