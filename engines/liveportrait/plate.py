"""A video as the portrait: each of its frames is animated from its own picture, by motion that is smoothed over all."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

import liveportrait
from engines.base import Arrays, Driving, Own, Taking
from engines.liveportrait.loading import library_options, model_of
from engines.liveportrait.options import Options
from engines.liveportrait.seen import infos, motion_of, ratios_of, small
from engines.neural.frames import picture_of
from engines.neural.rendering import LISTENING
from engines.plates import Plate, PlateRenderer
from foundation.geometry import Image
from foundation.person import Person


def plate_arrays(plate: Plate, driving: Driving, taking: Taking[Options], reference: int) -> Arrays:
    """(M, 2, 21, 3) keypoints: those of each of the plate's frames, and those that it takes.

    Args:
        reference: the driving frame that motion is measured from.
    """
    model, count = model_of(taking), len(plate.track)
    theirs, wanted = motion_of(model, driving)
    last = len(theirs) - 1  # stays, where the plate is longer
    shown = [min(index, last) for index in range(count)]
    first = theirs.part(slice(reference, reference + 1))
    own = infos(model, map(small, plate.crops()))
    taken = liveportrait.moving_keypoints(
        model,
        own,
        theirs.part(shown),
        library_options(taking.options),
        first=first,
        ratios=ratios_of(plate.track),
        wanted=None if wanted is None else wanted.part(shown),
    )
    if taking.turns.shares is not None:
        keep = np.asarray(taking.turns.kept(slice(0, last + 1), LISTENING), np.float32)[shown]
        taken = torch.lerp(own.keypoints, taken, torch.from_numpy(keep)[:, None, None])
    return {"keypoints": torch.stack([own.keypoints, taken], dim=1).numpy()}


class LivePortraitPlate(PlateRenderer):
    """Frames of the plate, each made from itself."""

    def __init__(self, prepared: Arrays, own: Own[Options]) -> None:
        self._model, self._keypoints = model_of(own), prepared["keypoints"]

    def render(self, index: int, plate_crop: Image, driving_frame: Image, person: Person | None = None) -> Image:
        own, taken = self._row(index)
        return picture_of(liveportrait.moved(self._model, small(plate_crop), own, taken))

    def _row(self, index: int) -> tuple[Tensor, Tensor]:
        own, taken = torch.from_numpy(np.asarray(self._keypoints[index], np.float32)).to(self._model.device)
        return own[None], taken[None]
