"""FOMM and LivePortrait as ../shared/golden/check/check.py asks for them (its docstring says how)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # it is loaded by its path, from anywhere

import fomm  # noqa: E402
import liveportrait  # noqa: E402
from fomm.keypoints import Keypoints, relative, scale_of  # noqa: E402
from foundation.geometry import apply_affine  # noqa: E402
from liveportrait import crops  # noqa: E402
from liveportrait.driving import Driver, Options, Ratios, moving_pose  # noqa: E402
from liveportrait.info import MotionInfo  # noqa: E402
from liveportrait.retargeting import eye_ratios, lip_ratios  # noqa: E402
from liveportrait.smoothing import smoothed  # noqa: E402
from networks.reference import movement_scale  # noqa: E402

CONFIGS = ROOT / "configs" / "models"
Pair = tuple[Tensor, Tensor]
Image = NDArray[np.uint8]
Points = NDArray[np.floating]
Images = Any
States = dict[str, dict[str, Tensor]]


class Fomm:
    def __init__(self, config: str, states: States) -> None:
        self.model = fomm.load_model(CONFIGS / "fomm" / f"{config}.yaml", states)

    def keypoints(self, x: Tensor) -> Pair:
        found = self.model.keypoints(x)
        return found.value, found.jacobian

    def normalise(  # noqa: PLR0917  (the interface is given)
        self, source: Pair, driving: Pair, initial: Pair, relatively: bool, adapt: bool, jacobian: bool
    ) -> Pair:
        if not relatively:
            return driving
        own, now, first = (Keypoints(*pair) for pair in (source, driving, initial))
        moved = relative(own, now, first, scale_of(own, first) if adapt else 1.0, jacobian=jacobian)
        return moved.value, moved.jacobian

    def dense(self, x: Tensor, source: Pair, driving: Pair) -> dict[str, Tensor]:
        motion = self._motion(x, source, driving)
        return {"deformation": motion.deformation[0], "occlusion": motion.occlusion[0, 0], "mask": motion.mask[0]}

    def render(self, x: Tensor, source: Pair, driving: Pair) -> Tensor:
        backend = self.model.backend
        return backend.paint(backend.encode(x), self._motion(x, source, driving))[0][0].permute(1, 2, 0)

    def _motion(self, x: Tensor, source: Pair, driving: Pair) -> fomm.Motion:
        encoded = self.model.generator.dense_motion_network.encode(x, Keypoints(*source))
        return self.model.backend.move(encoded, Keypoints(*driving))


class LivePortrait:
    def __init__(self, states: States) -> None:
        self.model = liveportrait.load_model(states)

    def info(self, x: Tensor) -> dict[str, Tensor]:
        found = self.model.info(x)
        with torch.inference_mode():
            heads = self.model.motion_extractor.detector(x)
        return {**heads._asdict(), "R": found.rotation, "x": found.keypoints}

    def features(self, x: Tensor) -> Tensor:
        return self.model.volume(x)

    def stitch(self, xs: Tensor, xd: Tensor) -> Tensor:
        return self.model.stitching_retargeting_module.stitching(xs, xd)

    def retarget_eye(self, xs: Tensor, ratios: Tensor) -> Tensor:
        return self.model.stitching_retargeting_module.eyes(xs, ratios)

    def retarget_lip(self, xs: Tensor, ratios: Tensor) -> Tensor:
        return self.model.stitching_retargeting_module.lips(xs, ratios)

    def multiplier(self, xs: Tensor, xd0: Tensor) -> float:
        return movement_scale(xs, xd0)

    def drive(
        self, source: Images, source_lmk: Images, driving: Images, driving_lmk: Images, options: dict[str, Any]
    ) -> Pair:
        moving, single = options["source_is_video"], options["driving_is_image"]
        own = self.model.info(_tensors(source if moving else [source]))
        ratios = _ratios(source_lmk if moving else [source_lmk])
        theirs, wanted = self.model.info(_tensors(driving)), _ratios(driving_lmk)
        chosen = Options(
            relative=options["flag_relative_motion"],
            expression_friendly=options["driving_option"] == "expression-friendly",
            region=options["animation_region"],
            multiplier=options["driving_multiplier"],
            stitching=options["flag_stitching"],
            shut_lips=options["flag_normalize_lip"],
            eyes=options["flag_eye_retargeting"],
            lips=options["flag_lip_retargeting"],
            hold_eyes=options["flag_source_video_eye_retargeting"],
        )
        smooth = moving_pose(own, theirs, chosen) if moving else None
        networks = self.model.stitching_retargeting_module
        driver = Driver(networks, own, theirs.part(slice(1)), chosen, ratios=ratios, single=single, smooth=smooth)
        if moving and single:  # one picture drives every frame
            theirs, wanted = (
                MotionInfo.joined([theirs] * len(own)),
                Ratios(*(r.expand(len(own), -1) for r in (wanted.eyes, wanted.lips))),
            )
        taken = driver.keypoints(theirs, wanted)
        return own.keypoints.expand(len(taken), -1, -1), taken

    def warp(self, f: Tensor, xs: Tensor, xd: Tensor) -> dict[str, Tensor]:
        network = self.model.warping_module
        with torch.inference_mode():
            made = self.model.backend.warp(network.encode(f, xs), xd)
        found = {"deformation": made.deformation, "mask": made.mask, "warped": made.features}
        return {**{name: tensor[0] for name, tensor in found.items()}, "occlusion": made.occlusion[0, 0]}

    def decode(self, warped: Tensor) -> Tensor:
        with torch.inference_mode():
            return self.model.backend.decode(warped)[0][0].permute(1, 2, 0)


class Crop:
    def source(self, picture: Image, lmk106: Points) -> dict[str, Any]:
        anchors = crops.Anchors.of(lmk106, ((33, 35, 40, 39), (87, 89, 94, 93)), (52, 61))
        matrix, seen = crops.source_crop(picture, anchors)
        return {"M_o2c": matrix, "M_c2o": np.linalg.inv(matrix), "crop": seen}

    def paste(self, generated: Image, M_c2o: Points, picture: Image) -> dict[str, Any]:
        matrix = np.linalg.inv(M_c2o)
        mask = crops.paste_mask(matrix, (picture.shape[1], picture.shape[0]))
        return {"mask": mask, "pasted": crops.pasted(generated, matrix, picture)}

    def driving(self, pictures: list[Image], lmk203: list[Points]) -> dict[str, Any]:
        matrix = crops.driving_matrix(lmk203)
        exact = matrix[:2].astype(np.float64)
        moved = np.stack([apply_affine(exact, points.astype(np.float64)) for points in lmk203])
        return {"crop": [crops.driving_crop(picture, matrix) for picture in pictures], "lmk_crop": moved}

    def smooth(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        return smoothed(torch.from_numpy(x)).numpy()

    def eye_ratio(self, lmk203: Points) -> Points:
        return eye_ratios(lmk203[None])

    def lip_ratio(self, lmk203: Points) -> Points:
        return lip_ratios(lmk203[None])


def _tensors(pictures: list[Image]) -> Tensor:
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255


def _ratios(landmarks: list[Points]) -> Ratios:
    stacked = np.stack(landmarks)
    return Ratios(*(torch.from_numpy(of(stacked)).float() for of in (eye_ratios, lip_ratios)))
