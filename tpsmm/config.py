"""The model's configuration: the `model_params` of the published YAML files, checked field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.errors import InputError
from networks.schema import read_config, section_faults, size_faults

CURE = "compare it with configs/models/vox-256.yaml"
LANDMARK_SPLINES = 10
"""Those whose control points are landmarks (tpsmm.training.points.KEYPOINTS)."""


@dataclass(frozen=True)
class CommonConfig:
    """num_tps: how many splines (K); num_channels: of a picture; bg: the checkpoint has a background predictor;
    multi_mask: one occlusion mask per resolution (section 3.3). side: a picture of another size is animated at this
    many pixels a side, and its own pixels are moved; None: at its own size."""

    num_tps: int
    num_channels: int
    bg: bool
    multi_mask: bool
    side: int | None = None


@dataclass(frozen=True)
class GeneratorConfig:
    """The inpainting network: channels at full size, their upper bound, and how often it halves the picture."""

    block_expansion: int
    max_features: int
    num_down_blocks: int


@dataclass(frozen=True)
class DenseMotionConfig:
    """The dense motion network: as above for its hourglass; scale_factor: its picture's size over the source's."""

    block_expansion: int
    max_features: int
    num_blocks: int
    scale_factor: float


@dataclass(frozen=True)
class KeypointConfig:
    """The keypoint detector: channels of its ResNet-18 over the published ones', and the side that pictures are brought
    to for it (None: as they are). landmarks: it was taught to find points of MediaPipe's mesh
    (tpsmm.training.points.KEYPOINTS), so who has followed a face already can give those in its place."""

    width: float = 1.0
    side: int | None = None
    landmarks: bool = False


@dataclass(frozen=True)
class AvdConfig:
    """Widths of the two codes of animation via disentanglement (identity and pose)."""

    id_bottle_size: int
    pose_bottle_size: int


@dataclass(frozen=True)
class ModelConfig:
    """Everything that fixes the shape of the five networks."""

    common: CommonConfig
    generator: GeneratorConfig
    dense_motion: DenseMotionConfig
    avd: AvdConfig
    kp_detector: KeypointConfig = KeypointConfig()

    @property
    def num_keypoints(self) -> int:
        """5 control points for each spline (section 3.1)."""
        return 5 * self.common.num_tps

    @property
    def view_side(self) -> int | None:
        """Pixels a side of the driving frames that the network reads; None: of the source's size."""
        return self.kp_detector.side or self.common.side

    @property
    def size_multiple(self) -> int:
        """Height and width of the source must be multiples of this many pixels."""
        hourglass = 2**self.dense_motion.num_blocks * round(1 / self.dense_motion.scale_factor)
        return max(hourglass, 2**self.generator.num_down_blocks)


SECTIONS = {
    "common_params": ("common", CommonConfig),
    "generator_params": ("generator", GeneratorConfig),
    "dense_motion_params": ("dense_motion", DenseMotionConfig),
    "avd_network_params": ("avd", AvdConfig),
    "kp_detector_params": ("kp_detector", KeypointConfig),
}
OURS = {"kp_detector_params"}
"""Not in the published schema: what they say is as published where they are missing."""


def load_config(config: str | Path | Mapping[str, Any] | ModelConfig) -> ModelConfig:
    """A configuration from a YAML file in the published schema, or from its parsed content.

    Raises: InputError naming every field that is missing, unknown or of the wrong type.
    """
    if isinstance(config, ModelConfig):
        return config
    if isinstance(config, Mapping):
        return _from_mapping(config, None)
    path = Path(config)
    return _from_mapping(read_config(path, CURE), path)


def _from_mapping(data: Mapping[str, Any], path: Path | None) -> ModelConfig:
    params = data.get("model_params")
    if not isinstance(params, Mapping):
        raise InputError("the model's config has no model_params", file=path, cure=CURE)
    problems = [f"unknown model_params.{name}" for name in params if name not in {*SECTIONS, "activation"}]
    parts: dict[str, Any] = {}
    for name, (attribute, kind) in SECTIONS.items():
        section = params.get(name, {} if name in OURS else None)
        if not isinstance(section, Mapping):
            problems.append(f"missing model_params.{name}")
            continue
        faults = section_faults(name, section, kind)
        problems += faults
        if not faults:
            parts[attribute] = kind(**section)
    if not problems:
        problems = _range_faults(parts)
    if problems:
        raise InputError("the model's config is wrong: " + "; ".join(problems), file=path, cure=CURE)
    activation = str(params.get("activation", "relu")).lower()
    if activation != "relu":
        raise InputError(
            f"the config declares activation {activation}: a fork's, not the published network's (relu)",
            file=path,
            cure="use the published config and checkpoint",
        )
    return ModelConfig(**parts)


def _range_faults(parts: Mapping[str, Any]) -> list[str]:
    problems = [fault for attribute, _ in SECTIONS.values() for fault in size_faults(parts[attribute])]
    if not 0.05 <= parts["kp_detector"].width <= 4:
        problems.append(f"kp_detector_params.width lies in 0.05..4, not {parts['kp_detector'].width}")
    scale = parts["dense_motion"].scale_factor
    if scale not in {1, 0.5, 0.25, 0.125}:
        problems.append(f"scale_factor is 1, 0.5, 0.25 or 0.125, not {scale}")
    generator = parts["generator"]
    widest = generator.block_expansion * 2**generator.num_down_blocks
    if generator.max_features != widest:
        problems.append(
            f"generator_params.max_features is block_expansion * 2 ** num_down_blocks = {widest}, "
            f"not {generator.max_features}: the network has no other form"
        )
    if parts["kp_detector"].landmarks and parts["common"].num_tps != LANDMARK_SPLINES:
        told = f"num_tps is {LANDMARK_SPLINES} where kp_detector_params.landmarks is True"
        problems.append(f"{told}, not {parts['common'].num_tps}: so many splines have landmarks of their own")
    if parts["common"].num_channels != 3:
        problems.append(f"num_channels is 3 (RGB), not {parts['common'].num_channels}")
    return problems
