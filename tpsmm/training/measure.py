"""What a network is worth on a clip that it has not seen, by landmarks of the clip alone: quick, between two steps.

The figures that count are taken from the finished pictures, by another command; these say whether a run goes well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from tpsmm.model import Model
from tpsmm.training import points as marks
from tpsmm.training.augment import KNOTS, Cut
from tpsmm.training.landmark_losses import FLAT, TRACED
from tpsmm.training.networks import move
from tpsmm.training.tubes import FOREHEAD, Tube, regions

REACH = 0.95
FRAMES = 40
AT_ONCE = 8
SHOWN = 6


@dataclass(frozen=True)
class Figures:
    """Of one clip, animated by itself from its first frame.

    Attributes:
        face_l1, still_l1: mean difference in the face, of the result and of the first frame unmoved, 0..1.
        flow: where the flow says that the traced landmarks come from, against where they are: mean, in pixels of 256.
        still_flow: the same for no motion.
        keypoints: mean error, in pixels of 256.
        mouth, lids: correlation of the openings that the keypoints show with the true ones.
        given_l1, given_flow: as above, for landmarks in the detector's place. None for keypoints that no landmarks
            taught.
        sheet: (rows, columns, 3) uint8: driver, result, moved source, mask; by landmarks where they were taught.
    """

    face_l1: float
    still_l1: float
    flow: float
    still_flow: float
    keypoints: float | None
    mouth: float | None
    lids: float | None
    given_l1: float | None
    given_flow: float | None
    sheet: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

    def numbers(self) -> dict[str, float]:
        return {name: value for name, value in vars(self).items() if isinstance(value, float)}


@torch.no_grad()
def measure(model: Model, tube: Tube, side: int, *, taught: bool) -> Figures:
    """Animate frames of a clip by its first frame; the model is used as it stands, in evaluation mode.

    Args:
        side: pixels of the pictures.
        taught: its keypoints were taught to be landmarks.
    """
    chosen = np.linspace(0, len(tube.frames) - 1, min(FRAMES, len(tube.frames))).round().astype(int)
    cut = _still_cut(tube, side)
    pictures = _pictures(tube, chosen, cut)
    seen = _pictures(tube, chosen, _still_cut(tube, model.config.view_side or side))
    marked = [cut.points(tube.points[index], marks.mirrored()) for index in chosen]
    face = torch.from_numpy(np.stack([regions(one, side)[0] for one in marked])).float()[:, None] / 255
    points = torch.from_numpy(np.stack(marked))
    pictures, seen, points, face = (tensor.to(model.device) for tensor in (pictures, seen, points, face))
    was = model.training
    model.eval()
    keypoints = torch.cat([model.kp_detector(some) for some in torch.split(seen, AT_ONCE)])
    true = points[:, list(FLAT)]
    shown = _animate(model, pictures, keypoints)
    given = _animate(model, pictures, true) if taught else None
    model.train(was)
    at = points[:, list(TRACED)]
    fair = at.abs().amax(dim=-1) < 1
    best = given or shown
    return Figures(
        face_l1=_inside((shown.pictures - pictures).abs(), face),
        still_l1=_inside((pictures[:1] - pictures).abs(), face),
        flow=_astray(shown, at, fair),
        still_flow=128 * float((at - at[:1]).norm(dim=-1)[fair].mean()),
        keypoints=128 * float((keypoints - true).norm(dim=-1).mean()) if taught else None,
        mouth=_likeness(keypoints, true, marks.MOUTH_GAPS[:1]) if taught else None,
        lids=_likeness(keypoints, true, marks.LID_GAPS) if taught else None,
        given_l1=_inside((given.pictures - pictures).abs(), face) if given else None,
        given_flow=_astray(given, at, fair) if given else None,
        sheet=_sheet([pictures, best.pictures, best.moved, best.masks.expand(-1, 3, -1, -1)]),
    )


@dataclass(frozen=True)
class Animated:
    """What came of N keypoints: pictures and moved sources (N, 3, S, S), masks (N, 1, S, S), flows (N, h, w, 2)."""

    pictures: Tensor
    moved: Tensor
    masks: Tensor
    flows: Tensor


def _animate(model: Model, pictures: Tensor, keypoints: Tensor) -> Animated:
    """All pictures, made from the first one."""
    parts: list[tuple[Tensor, ...]] = []
    for start in range(0, len(pictures), AT_ONCE):
        driving = keypoints[start : start + AT_ONCE]
        count = len(driving)
        source = pictures[:1].expand(count, -1, -1, -1)
        movement = move(model, source, (keypoints[:1].expand(count, -1, -1), driving))
        network = model.inpainting_network
        painted, moved, mask = network.layers(source, network.encode(source), movement.deformation, movement.masks)
        parts.append((painted * (1 - mask) + moved * mask, moved, mask, movement.deformation))
    return Animated(*(torch.cat(column) for column in zip(*parts, strict=True)))


def _astray(animated: Animated, at: Tensor, fair: Tensor) -> float:
    """How far off the flow says that landmarks (N, P, 2) come from, pixels of 256; `fair`: those that count."""
    read = F.grid_sample(animated.flows.permute(0, 3, 1, 2), at.unsqueeze(1), align_corners=True, padding_mode="border")
    return 128 * float((read.squeeze(2).transpose(1, 2) - at[:1]).norm(dim=-1)[fair].mean())


def _pictures(tube: Tube, chosen: NDArray[np.int64], cut: Cut) -> Tensor:
    """(N, 3, side, side) of these frames."""
    return torch.stack([_tensor(cut.picture(tube.frames[index])) for index in chosen])


def _still_cut(tube: Tube, side: int) -> Cut:
    """One square for the whole clip, as the engine frames it."""
    low, high = np.median(tube.points.min(axis=1), axis=0), np.median(tube.points.max(axis=1), axis=0)
    scale = 2 * REACH * tube.height / side
    corner = (low + high) / 2 - scale * (side - 1) / 2
    affine = np.array([[scale, 0, corner[0]], [0, scale, corner[1]]], np.float32)
    return Cut(affine, np.zeros((KNOTS, KNOTS, 2), np.float32), side, False)


def _gap(points: Tensor, pairs: Sequence[tuple[int, int]]) -> Tensor:
    """(N,) mean opening, in widths of the head."""
    at = {landmark: place for place, landmark in enumerate(FLAT)}
    size = (points[:, at[FOREHEAD]] - points[:, at[168]]).norm(dim=-1)
    return torch.stack([(points[:, at[a]] - points[:, at[b]]).norm(dim=-1) for a, b in pairs]).mean(dim=0) / size


def _likeness(found: Tensor, true: Tensor, pairs: Sequence[tuple[int, int]]) -> float:
    """The correlation of their openings."""
    a, b = (_gap(points, pairs) for points in (found, true))
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / (a.norm() * b.norm()).clamp(min=1e-9))


def _inside(difference: Tensor, region: Tensor) -> float:
    return float((difference * region).sum() / (3 * region.sum()).clamp(min=1))


def _tensor(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1).float() / 255


def _sheet(rows: list[Tensor]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    columns = np.linspace(0, len(rows[0]) - 1, SHOWN).round().astype(int)
    lines = [torch.cat(list(row[columns]), dim=2) for row in rows]
    whole = torch.cat(lines, dim=1).clamp(0, 1)
    return (whole * 255).round().byte().permute(1, 2, 0).cpu().numpy()
