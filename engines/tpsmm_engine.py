"""The neural engine: the published Thin-Plate Spline Motion Model, given its checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import tpsmm
from engines.base import Arrays, CropSpec, Detector, Driving, Engine, Image, Portrait, Renderer
from engines.landmark_tps.driver import choose_reference
from engines.turns import kept, singing_shares
from foundation.errors import InputError, ManifestError
from foundation.facetrack import MEDIAPIPE_478, FaceTrack
from foundation.geometry import Box, square_around
from tpsmm.convert import convert
from tpsmm.model import PRECISIONS

FOREHEAD, CHIN = 10, 152
LISTENING = 0.3
"""The network moves mouth and head at once: of `listening`, a listener takes so much, or its lips would move along."""
MODES = {"relative": "relative", "absolute": "standard", "standard": "standard", "avd": "avd"}
"""The manifest's words and the published ones, to the published ones."""


@dataclass(frozen=True)
class Settings:
    """The engine's own options: `precision` as of tpsmm.load_model, `mode` as of tpsmm.Animator."""

    precision: str
    mode: str

    @staticmethod
    def of(motion: Mapping[str, Any]) -> Settings:
        """From motion settings, whose key "tpsmm" may hold precision and mode.

        Raises: ManifestError.
        """
        own: Mapping[str, Any] = motion.get(TpsmmEngine.name) or {}
        mode = str(own.get("mode") or motion.get("mode", "relative"))
        precision = str(own.get("precision") or "fast")
        if mode not in MODES:
            raise ManifestError(f"tpsmm has no mode {mode!r}", cure=f"use one of {', '.join(MODES)}")
        if precision not in PRECISIONS:
            raise ManifestError(f"tpsmm has no precision {precision!r}", cure=f"use one of {', '.join(PRECISIONS)}")
        return Settings(precision, MODES[mode])


def _model(files: Mapping[str, Any], precision: str) -> tpsmm.Model:
    """The model of the files "config" and "checkpoint"; the last one is kept."""
    missing = [name for name in ("config", "checkpoint") if files.get(name) is None]
    if missing:
        raise ManifestError(
            f"engine tpsmm needs a {' and a '.join(missing)}", cure="run `models fetch vox`, or use landmark_tps"
        )
    config, checkpoint = Path(str(files["config"])), Path(str(files["checkpoint"]))
    stamp = checkpoint.stat().st_mtime_ns if checkpoint.is_file() else 0
    return _load(config, checkpoint, stamp, precision)


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
    scheme = MEDIAPIPE_478
    crop = CropSpec(reach=1.0, size=256)

    def reference(self, portrait: Portrait, track: FaceTrack, wanted: str | int) -> int:
        return _reference(portrait, track, wanted)

    def prepare(self, portrait: Portrait, driving: Driving, motion: Mapping[str, Any], detect: Detector) -> Arrays:
        settings = Settings.of(motion)
        model = _model(motion.get(self.name) or {}, settings.precision)
        reference = _reference(portrait, driving.track, motion.get("reference", "best"))
        window = _window(driving.track)
        frame = next(driving.pick([reference]), None)
        if frame is None:
            raise InputError(f"the driving clip has no frame {reference}", cure="choose another reference")
        size = model.config.view_side or portrait.image.shape[0]
        initial = _tensor(_cut(frame, window, size))
        try:
            animator = tpsmm.Animator(model, _tensor(portrait.image), mode=settings.mode, initial=initial)
        except ValueError as error:
            raise InputError(str(error), cure="use another mode or checkpoint") from error
        state = {f"state.{name}": tensor.float().numpy() for name, tensor in animator.state.tensors().items()}
        where = {"window": np.array(window.to_json()), "reference": np.array(reference)}
        shares = singing_shares(motion, len(driving.track))
        if shares is not None:
            where["keep"] = kept(shares, LISTENING * float(motion["turns"]["listening"]))
        return state | where | {f"settings.{name}": np.array(value) for name, value in vars(settings).items()}

    def open(self, portrait: Portrait, prepared: Arrays) -> Renderer:
        settings = Settings(str(prepared["settings.precision"]), str(prepared["settings.mode"]))
        model = _model({name: prepared.get(f"file.{name}") for name in ("config", "checkpoint")}, settings.precision)
        stored = {
            name.removeprefix("state."): torch.from_numpy(np.ascontiguousarray(array))
            for name, array in prepared.items()
            if name.startswith("state.")
        }
        state = tpsmm.SourceState.from_tensors(stored, model.device)
        animator = tpsmm.Animator.restore(model, settings.mode, state)
        return TpsmmRenderer(animator, Box(*(int(edge) for edge in prepared["window"])), prepared.get("keep"))


class TpsmmRenderer(Renderer):
    """One frame at a time through the network; the driving frame is seen through a window that stands still.

    Args:
        keep: (N,) how much of each frame's motion is taken; None: all of it.
    """

    def __init__(self, animator: tpsmm.Animator, window: Box, keep: NDArray[np.floating] | None = None) -> None:
        self.animator = animator
        self.window = window
        self._keep = keep

    def render(self, index: int, driving_frame: Image) -> Image:
        return self.eased(index, driving_frame, 1.0)

    def eased(self, index: int, driving_frame: Image, share: float) -> Image:
        size = self.animator.model.config.view_side or self.animator.state.picture.shape[2]
        keep = None
        if share < 1 or self._keep is not None:
            keep = torch.tensor([share * (1.0 if self._keep is None else float(self._keep[index]))])
        picture = self.animator.render(_tensor(_cut(driving_frame, self.window, size)), keep)
        if not bool(torch.isfinite(picture).all()):
            raise InputError("the checkpoint gives no picture (NaN)", cure="verify it with `models verify`")
        return cast(Image, (picture[0] * 255).round().byte().permute(1, 2, 0).cpu().numpy())


def _reference(portrait: Portrait, track: FaceTrack, wanted: object) -> int:
    """The driving frame that motion is measured from, 0..N-1."""
    if wanted == "first":
        return 0
    if wanted == "neutral":
        return choose_reference(track, "best")
    if wanted not in ("best", "nearest"):
        return min(max(int(cast(int, wanted)), 0), len(track) - 1)
    seen = np.flatnonzero(track.found)
    candidates = seen if len(seen) else np.arange(len(track))
    faces = (torch.from_numpy(np.array(track.points[index, :, :2])) for index in candidates)
    source = torch.from_numpy(portrait.face.points[:, :2].copy())
    return int(candidates[tpsmm.best_reference(source, faces)])


def _window(track: FaceTrack) -> Box:
    """The square of the driving frames that the network sees: framed as the portrait, still, with the face inside."""
    points = track.points
    height = float(np.median(np.linalg.norm(points[:, FOREHEAD, :2] - points[:, CHIN, :2], axis=-1)))
    low = np.min([face[:, :2].min(axis=0) for face in points], axis=0)
    high = np.max([face[:, :2].max(axis=0) for face in points], axis=0)
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
