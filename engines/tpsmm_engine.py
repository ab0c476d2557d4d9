"""The neural engine: the published Thin-Plate Spline Motion Model, given its checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import torch
from torch import Tensor

import tpsmm
from engines.base import Arrays, CropSpec, Detector, Driving, Engine, Image, Portrait, Renderer
from foundation.errors import InputError, ManifestError
from foundation.facetrack import MEDIAPIPE_478, FaceTrack
from foundation.geometry import Box, square_around
from tpsmm.animator import MODES
from tpsmm.convert import convert
from tpsmm.model import PRECISIONS

CONFIGS = Path(__file__).resolve().parents[1] / "configs" / "models"
FOREHEAD, CHIN = 10, 152
MODE_NAMES = {"relative": "relative", "absolute": "standard", "standard": "standard", "avd": "avd"}


@dataclass(frozen=True)
class Settings:
    """Attributes: config: a name in configs/models or a path; checkpoint: a path; precision: see `tpsmm`."""

    config: str
    checkpoint: str
    precision: str
    mode: str

    @staticmethod
    def of(motion: Mapping[str, Any]) -> Settings:
        """From the manifest's motion settings, whose key "tpsmm" holds config, checkpoint, precision and mode.

        Raises: ManifestError.
        """
        own: Mapping[str, Any] = motion.get("tpsmm") or {}
        unknown = sorted(set(own) - {"config", "checkpoint", "precision", "mode"})
        if unknown:
            raise ManifestError(
                f"tpsmm has no setting {', '.join(unknown)}", cure="use config, checkpoint, precision, mode"
            )
        if not own.get("checkpoint"):
            raise ManifestError("engine tpsmm needs a checkpoint", cure="run `models fetch vox`, or use landmark_tps")
        mode = str(own.get("mode") or motion.get("mode", "relative"))
        precision = str(own.get("precision") or "fast")
        if mode not in MODE_NAMES:
            raise ManifestError(f"tpsmm has no mode {mode!r}", cure=f"use one of {', '.join(MODE_NAMES)}")
        if precision not in PRECISIONS:
            raise ManifestError(f"tpsmm has no precision {precision!r}", cure=f"use one of {', '.join(PRECISIONS)}")
        assert set(MODE_NAMES.values()) == set(MODES)  # noqa: S101  (two tables, one vocabulary)
        config = str(own.get("config") or "vox-256")
        return Settings(config, str(own["checkpoint"]), precision, MODE_NAMES[mode])

    def arrays(self) -> Arrays:
        return {f"settings.{name}": np.array(value) for name, value in vars(self).items()}

    @staticmethod
    def from_arrays(prepared: Arrays) -> Settings:
        return Settings(*(str(prepared[f"settings.{name}"]) for name in Settings.__dataclass_fields__))

    def model(self) -> tpsmm.Model:
        """The loaded model; the last one is kept."""
        named = CONFIGS / f"{self.config}.yaml"
        config = named if named.is_file() else Path(self.config)
        checkpoint = Path(self.checkpoint)
        stamp = checkpoint.stat().st_mtime_ns if checkpoint.is_file() else 0
        return _load(config, checkpoint, stamp, self.precision)


@lru_cache(maxsize=1)
def _load(config: Path, checkpoint: Path, _stamp: int, precision: str) -> tpsmm.Model:
    parsed = tpsmm.load_config(config)
    if checkpoint.is_file():
        # In a folder that cannot be written to, the original is read each time instead.
        with suppress(OSError):
            checkpoint = convert(checkpoint, parsed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and precision == "fast":
        precision = "fp16"
    return tpsmm.load_model(parsed, checkpoint, device=device, precision=precision)


class TpsmmEngine(Engine):
    """Head, expression and mouth gains do not apply: the network moves everything at once."""

    name = "tpsmm"
    version = 1
    scheme = MEDIAPIPE_478
    crop = CropSpec(reach=1.0, size=256)

    def prepare(self, portrait: Portrait, driving: Driving, motion: Mapping[str, Any], detect: Detector) -> Arrays:
        settings = Settings.of(motion)
        model = settings.model()
        reference = _reference(portrait, driving.track, motion.get("reference", "best"))
        window = _window(driving.track)
        frame = next(islice(driving.frames(), reference, None), None)
        if frame is None:
            raise InputError(f"the driving clip has no frame {reference}", cure="choose another reference")
        size = self.crop.size or portrait.image.shape[0]
        initial = _tensor(_cut(frame, window, size))
        try:
            animator = tpsmm.Animator(model, _tensor(portrait.image), mode=settings.mode, initial=initial)
        except ValueError as error:
            raise InputError(str(error), cure="use another mode or checkpoint") from error
        state = {f"state.{name}": tensor.float().numpy() for name, tensor in animator.state.tensors().items()}
        where = {"window": np.array(window.to_json()), "reference": np.array(reference)}
        return state | where | settings.arrays()

    def open(self, portrait: Portrait, prepared: Arrays) -> Renderer:
        settings = Settings.from_arrays(prepared)
        model = settings.model()
        stored = {
            name.removeprefix("state."): torch.from_numpy(np.ascontiguousarray(array))
            for name, array in prepared.items()
            if name.startswith("state.")
        }
        state = tpsmm.SourceState.from_tensors(stored, model.device)
        animator = tpsmm.Animator.restore(model, settings.mode, state)
        return TpsmmRenderer(animator, Box(*(int(edge) for edge in prepared["window"])))


class TpsmmRenderer(Renderer):
    """One frame at a time through the network; the driving frame is seen through a window that stands still."""

    def __init__(self, animator: tpsmm.Animator, window: Box) -> None:
        self.animator = animator
        self.window = window

    def render(self, index: int, driving_frame: Image) -> Image:
        del index  # every frame stands alone
        size = self.animator.state.picture.shape[2]
        picture = self.animator.render(_tensor(_cut(driving_frame, self.window, size)))
        if not bool(torch.isfinite(picture).all()):
            raise InputError("the checkpoint gives no picture (NaN)", cure="verify it with `models verify`")
        return cast(Image, (picture[0] * 255).round().byte().permute(1, 2, 0).cpu().numpy())


def _reference(portrait: Portrait, track: FaceTrack, wanted: object) -> int:
    """The driving frame that motion is measured from, 0..N-1."""
    if wanted == "first":
        return 0
    if wanted != "best":
        return min(max(int(cast(int, wanted)), 0), len(track) - 1)
    seen = np.flatnonzero(track.found)
    candidates = seen if len(seen) else np.arange(len(track))
    points = torch.from_numpy(track.points[candidates][..., :2].copy())
    source = torch.from_numpy(portrait.face.points[:, :2].copy())
    return int(candidates[tpsmm.best_reference(source, points)])


def _window(track: FaceTrack) -> Box:
    """The square of the driving frames that the network sees: framed as the portrait, still, with the face inside."""
    points = track.points[..., :2]
    height = float(np.median(np.linalg.norm(points[:, FOREHEAD] - points[:, CHIN], axis=-1)))
    low, high = points.min(axis=(0, 1)), points.max(axis=(0, 1))
    half = max(TpsmmEngine.crop.reach * height, float((high - low).max()) / 2)
    return square_around((float(low[0] + high[0]) / 2, float(low[1] + high[1]) / 2), max(half, 1.0))


def _cut(frame: Image, window: Box, size: int) -> Image:
    """The window, (size, size, 3); what lies outside the frame repeats its edge."""
    height, width = frame.shape[:2]
    inside = window.clipped(width, height)
    piece = frame[inside.slices]
    if inside.width < 1 or inside.height < 1:
        raise InputError("the performer's face lies outside the driving picture", cure="choose another clip or range")
    borders = (inside.y0 - window.y0, window.y1 - inside.y1, inside.x0 - window.x0, window.x1 - inside.x1)
    square = cv2.copyMakeBorder(piece, *borders, cv2.BORDER_REPLICATE)
    shrinking = window.width > size
    return cast(Image, cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC))


def _tensor(picture: Image) -> Tensor:
    """(H, W, 3) uint8 -> (1, 3, H, W), 0..1."""
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1).unsqueeze(0).float() / 255
