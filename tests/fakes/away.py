"""A stand-in for a GPU on a machine without one: tensors that lie "away", compute like a CPU's and refuse to be mixed.

While it is entered, a tensor of the device "meta" (the one that every build of PyTorch knows) holds numbers of the CPU.
Whoever computes with it and with a CPU tensor of more than one number is told, as CUDA would tell; reading a value back
is counted, since on a GPU the host would wait for it. It rounds to TF32 where a GPU would, if it is asked to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Literal
from unittest import mock

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

AWAY = "meta"
COPIES = {torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default}
INDEXED = {torch.ops.aten.index.Tensor, torch.ops.aten.index_put_.default, torch.ops.aten.index_put.default}
"""Their indices may lie on the CPU."""
WAITS = {torch.ops.aten._local_scalar_dense.default, torch.ops.aten.nonzero.default, torch.ops.aten.equal.default}

CONVOLUTIONS = {torch.ops.aten.convolution.default}
PRODUCTS = {torch.ops.aten.mm.default, torch.ops.aten.bmm.default, torch.ops.aten.addmm.default}
Rounding = Literal["never", "as set", "by default"]
"""When a product's factors are rounded to TF32: never, where PyTorch's settings say so, or as PyTorch itself does."""
rounding: ContextVar[Rounding] = ContextVar("rounding", default="never")


class AwayTensor(torch.Tensor):
    """A tensor of the stand-in."""

    inner: Any

    @staticmethod
    def __new__(cls: type[AwayTensor], inner: torch.Tensor) -> AwayTensor:
        made: AwayTensor = torch.Tensor._make_wrapper_subclass(
            cls,
            inner.size(),
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            layout=inner.layout,
            device=torch.device(AWAY),
            requires_grad=inner.requires_grad,
        )
        made.inner = inner
        return made

    def __getitem__(self, index: Any) -> Any:
        return super().__getitem__(_indices(index))

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(_indices(index), value)

    def __matmul__(self, other: Any) -> Any:
        """A vector's product is a matrix's whose shape PyTorch then changes in place, where no one sees it."""
        return super().__matmul__(other) if self.dim() > 1 else (self[None] @ other)[0]

    def new_tensor(self, data: Any, **options: Any) -> AwayTensor:  # type: ignore[override]
        return AwayTensor(self.inner.new_tensor(data, **options))

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # type: ignore[override]
        return _run(func, args, kwargs or {}, None)


class Away(TorchDispatchMode):
    """While it is entered, "meta" is the stand-in.

    Attributes:
        waits: how often each operation made the host wait.
        launched: how many operations computed something, each at least one launch on a GPU.
    """

    def __init__(self) -> None:
        super().__init__()
        self.waits: Counter[str] = Counter()
        self.launched = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.launched += not func.is_view
        return _run(func, args, kwargs or {}, self.waits)


def _run(func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], waits: Counter[str] | None) -> Any:
    flat, _ = tree_flatten((args, kwargs))
    tensors = [each for each in flat if isinstance(each, torch.Tensor)]
    away = [each for each in tensors if each.is_meta]
    wanted = kwargs.get("device")
    if func not in COPIES and away:
        mixed = [args[0], *args[2:]] if func in INDEXED else tensors
        here = [
            tuple(each.shape) for each in mixed if isinstance(each, torch.Tensor) and each.dim() and not each.is_meta
        ]
        if here:
            raise RuntimeError(f"{func}: tensors away and on the CPU {here}")
    if away and func in WAITS and waits is not None:
        waits[str(func)] += 1
    goes = (torch.device(wanted).type == AWAY) if wanted is not None else bool(away)
    if func is torch.ops.aten.copy_.default:
        goes = args[0].is_meta
    given, named = tree_map(_inner, (tuple(args), dict(kwargs)))
    if _in_tf32(func):
        given = tree_map(lambda each: tf32(each) if isinstance(each, torch.Tensor) else each, given)
    if wanted is not None:
        named["device"] = torch.device("cpu")
    if "pin_memory" in named:
        named["pin_memory"] = False
    made = func(*given, **named)
    if not goes:
        return made
    if func._schema.is_mutable:  # type: ignore[attr-defined]
        return args[0] if isinstance(made, torch.Tensor) else made
    return tree_map(lambda each: AwayTensor(each) if isinstance(each, torch.Tensor) else each, made)


def _in_tf32(func: Callable[..., Any]) -> bool:
    """Whether a GPU would take TF32 for it: PyTorch lets it, for convolutions, unless it is told otherwise."""
    if func not in CONVOLUTIONS | PRODUCTS or rounding.get() == "never":
        return False
    usual = "tf32" if func in CONVOLUTIONS else "ieee"
    part = torch.backends.cudnn.conv if func in CONVOLUTIONS else torch.backends.cuda.matmul  # type: ignore[attr-defined]
    found = part.fp32_precision if rounding.get() == "as set" else usual
    return (usual if found == "none" else found) == "tf32"


def tf32(tensor: torch.Tensor) -> torch.Tensor:
    """float32 numbers to the nearest with 10 bits behind the point, as a GPU rounds them; others as they are."""
    if tensor.dtype != torch.float32:
        return tensor
    bits = tensor.contiguous().view(torch.int32)
    return ((bits + 0x1000) & ~0x1FFF).view(torch.float32)


def _indices(index: Any) -> Any:
    """With lists as tensors: PyTorch itself makes them where no one sees it."""
    if isinstance(index, tuple):
        return tuple(map(_indices, index))
    return _TENSOR(index) if isinstance(index, list) else index


def _inner(value: Any) -> Any:
    """What is computed with on the CPU. A network that waits for its checkpoint has tensors without numbers."""
    if isinstance(value, AwayTensor):
        return value.inner
    return torch.zeros_like(value, device="cpu") if isinstance(value, torch.Tensor) and value.is_meta else value


@contextmanager
def away(tf32: Rounding = "never") -> Iterator[Away]:
    """The stand-in for what runs inside; there is no autocast on it."""
    patched = mock.patch.multiple(torch, autocast=_autocast, tensor=_tensor, inference_mode=torch.no_grad)
    before = torch.__future__.get_overwrite_module_params_on_conversion()
    # else a module keeps its tensors when it changes their type, and with them our numbers of the old one
    torch.__future__.set_overwrite_module_params_on_conversion(True)
    token = rounding.set(tf32)
    try:
        with patched, Away() as mode:
            yield mode
    finally:
        rounding.reset(token)
        torch.__future__.set_overwrite_module_params_on_conversion(before)


def _tensor(data: Any, *, device: Any = None, **options: Any) -> torch.Tensor:
    """PyTorch's own makes it where no one sees it."""
    goes = device is not None and torch.device(device).type == AWAY
    made = _TENSOR(data, **options) if goes else _TENSOR(data, device=device, **options)
    return AwayTensor(made) if goes else made


_TENSOR = torch.tensor


def _autocast(device: str, dtype: torch.dtype | None = None, *, enabled: bool = True) -> AbstractContextManager[Any]:
    return nullcontext() if device == AWAY else torch.amp.autocast_mode.autocast(device, dtype, enabled)
