"""Motion templates: a driver's motion as the published code keeps it, in a .pkl, read without running code from it.

A pickle is a program. Here its instructions are carried out by Python's own machine, but every name that it may call
is one of our inert stand-ins for NumPy's: arrays come out as bytes and types, and are made, checked and bounded by us.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foundation.atomic import replacing
from foundation.errors import InputError
from liveportrait.driving import Ratios
from liveportrait.info import POINTS, MotionInfo

MOST_BYTES = 512 << 20
MOST_NUMBERS = 4096  # of one array of a frame
MOST_FRAMES = 1 << 20  # a file can name one array over and over: 11 hours of 25 frames a second
SHAPES = {"R": (1, 3, 3), "exp": (1, POINTS, 3), "scale": (1, 1), "t": (1, 3), "kp": (1, POINTS, 3)}
CURE = "write it again with LivePortrait, or use the clip itself"


@dataclass(frozen=True)
class Template:
    """A driver's motion: of N frames at `fps` a second, with the ratios of eyes and lips where they are kept."""

    fps: float
    motion: MotionInfo
    ratios: Ratios | None


class _Type:
    """Stands for numpy.dtype."""

    def __init__(self, name: str, *_: object) -> None:
        self.name = name

    def __setstate__(self, state: Sequence[object]) -> None:
        self.order = state[1]

    def real(self) -> np.dtype[Any]:
        """Raises: ValueError for types that are no numbers."""
        if self.name not in {"f2", "f4", "f8", "i4", "i8"}:
            raise ValueError(f"an array of type {self.name}")
        return np.dtype((">" if getattr(self, "order", "<") == ">" else "<") + self.name)


class _Array:
    """Stands for numpy.ndarray."""

    def __setstate__(self, state: Sequence[Any]) -> None:
        _, self.shape, self.type, self.fortran, self.raw = state

    def real(self) -> NDArray[np.float32]:
        """Raises: ValueError for what is no small array of numbers."""
        shape, raw = getattr(self, "shape", None), getattr(self, "raw", None)
        if not isinstance(raw, (bytes, bytearray)) or not isinstance(shape, tuple) or not isinstance(self.type, _Type):
            raise ValueError("an array without numbers")
        values = np.frombuffer(raw, self.type.real())
        if values.size > MOST_NUMBERS:
            raise ValueError(f"an array of {values.size} numbers")
        return values.reshape(shape, order="F" if self.fortran else "C").astype(np.float32)


def _reconstruct(*_: object) -> _Array:
    return _Array()


def _frombuffer(raw: bytes, kind: _Type, shape: tuple[int, ...], order: str) -> _Array:
    array = _Array()
    array.__setstate__((1, shape, kind, order == "F", raw))
    return array


def _scalar(kind: _Type, raw: bytes) -> float:
    return float(np.frombuffer(raw, kind.real())[0])


def _encode(text: str, encoding: str) -> bytes:
    if encoding != "latin1":
        raise ValueError(f"text in {encoding}")
    return text.encode("latin1")


_ALLOWED: dict[tuple[str, str], Callable[..., object]] = {
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _reconstruct for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): _scalar for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _frombuffer for core in ("core", "_core")},
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Type,
    ("_codecs", "encode"): _encode,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        found = _ALLOWED.get((module, name))
        if found is None:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is code")
        return found


def read_template(path: Path) -> Template:
    """A motion template of the published code (.pkl).

    Raises: InputError if it cannot be read, holds anything but numbers, or is no template.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError("the motion template is too large to be one", file=path, cure=CURE)
        data = path.read_bytes()
    except OSError as error:
        raise InputError("the motion template cannot be read", file=path, cure="check the path") from error
    try:
        for instruction, argument, _ in pickletools.genops(data):
            if "PUT" in instruction.name and isinstance(argument, int) and argument > len(data):
                raise ValueError("a memory that is larger than the file")
        return _template(_Reader(io.BytesIO(data)).load())
    except (pickle.UnpicklingError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError) as error:
        raise InputError(f"it is no motion template, or damaged: {error}", file=path, cure=CURE) from error
    except (RecursionError, MemoryError, OverflowError, ImportError) as error:
        raise InputError("it is no motion template, or damaged", file=path, cure=CURE) from error


def _template(content: Any) -> Template:
    if not isinstance(content, Mapping) or not isinstance(content.get("motion"), list) or not content["motion"]:
        raise ValueError("it has no motion")
    if len(content["motion"]) > MOST_FRAMES:
        raise ValueError(f"{len(content['motion'])} frames")
    frames = [{"R": frame.get("R", frame.get("R_d")), **frame} for frame in content["motion"]]
    named = {name: _stacked([frame[name] for frame in frames], shape) for name, shape in SHAPES.items()}
    motion = MotionInfo(named["R"], named["exp"], named["scale"], named["t"], named["kp"])
    eyes, lips = (content.get(f"c_{what}_lst") for what in ("eyes", "lip"))
    ratios = None
    if eyes and lips and len(eyes) == len(lips) == len(frames):
        ratios = Ratios(_stacked(eyes, (1, 2)), _stacked(lips, (1, 1)))
    fps = float(content.get("output_fps", 25))
    if not 0 < fps <= 1000:
        raise ValueError(f"{fps} frames a second")
    return Template(fps, motion, ratios)


def _stacked(arrays: Sequence[Any], shape: tuple[int, ...]) -> Tensor:
    """(N, ...) of N arrays, each of one frame."""
    found = []
    for array in arrays:
        if not isinstance(array, _Array):
            raise ValueError("something else where an array belongs")
        values = array.real().reshape(shape)
        if not np.isfinite(values).all():
            raise ValueError("an array with NaN or infinity")
        found.append(values)
    return torch.from_numpy(np.concatenate(found))


def write_template(template: Template, path: Path) -> None:
    """The template as the published code reads it.

    Raises: StageError if it cannot be written.
    """
    motion = template.motion
    points = motion.keypoints

    def frame(k: int) -> dict[str, NDArray[np.float32]]:
        named = {"scale": motion.scale, "R": motion.rotation, "exp": motion.exp, "t": motion.t, "kp": motion.kp}
        return {name: tensor[k : k + 1].cpu().numpy() for name, tensor in {**named, "x_s": points}.items()}

    count = len(motion)
    content: dict[str, object] = {
        "n_frames": count,
        "output_fps": template.fps,
        "motion": [frame(k) for k in range(count)],
        "c_eyes_lst": [],
        "c_lip_lst": [],
    }
    if template.ratios is not None:
        content["c_eyes_lst"] = [template.ratios.eyes[k : k + 1].cpu().numpy() for k in range(count)]
        content["c_lip_lst"] = [template.ratios.lips[k : k + 1].cpu().numpy() for k in range(count)]
    with replacing(path) as part:
        part.write_bytes(pickle.dumps(content))
