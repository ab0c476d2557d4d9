"""The model's configuration: the `model_params` of the published YAML files, checked field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.errors import InputError
from networks.schema import read_config, section_faults, size_faults

CURE = "compare it with configs/models/fomm/vox-256.yaml"


@dataclass(frozen=True)
class CommonConfig:
    """num_kp: how many keypoints (K); num_channels: of a picture; estimate_jacobian: each has a 2 x 2 matrix."""

    num_kp: int
    num_channels: int
    estimate_jacobian: bool


@dataclass(frozen=True)
class DetectorConfig:
    """The keypoint detector's hourglass, and scale_factor: its picture's size over the given one's. temperature: of
    the heat maps' softmax. single_jacobian_map: one map serves every keypoint."""

    temperature: float
    block_expansion: int
    max_features: int
    num_blocks: int
    scale_factor: float
    single_jacobian_map: bool = False


@dataclass(frozen=True)
class GeneratorConfig:
    """The generator: channels at full size, their upper bound, how often it halves, and its residual blocks."""

    block_expansion: int
    max_features: int
    num_down_blocks: int
    num_bottleneck_blocks: int
    estimate_occlusion_map: bool


@dataclass(frozen=True)
class DenseMotionConfig:
    """The dense motion network's hourglass, and scale_factor: its picture's size over the source's."""

    block_expansion: int
    max_features: int
    num_blocks: int
    scale_factor: float


@dataclass(frozen=True)
class ModelConfig:
    """Everything that fixes the shape of the networks."""

    common: CommonConfig
    detector: DetectorConfig
    generator: GeneratorConfig
    dense_motion: DenseMotionConfig

    @property
    def frame_multiple(self) -> int:
        """Height and width of driving frames must be multiples of this many pixels."""
        return int(2**self.detector.num_blocks / self.detector.scale_factor)

    @property
    def size_multiple(self) -> int:
        """Height and width of the source must be multiples of this many pixels."""
        hourglass = int(2**self.dense_motion.num_blocks / self.dense_motion.scale_factor)
        return max(hourglass, self.frame_multiple, 2**self.generator.num_down_blocks)


SECTIONS: dict[str, tuple[str, type[Any]]] = {
    "common_params": ("common", CommonConfig),
    "kp_detector_params": ("detector", DetectorConfig),
    "generator_params": ("generator", GeneratorConfig),
    "dense_motion_params": ("dense_motion", DenseMotionConfig),
}
TRAINING = "discriminator_params"
"""A section of the published files that training alone needs."""


def load_config(config: str | Path | Mapping[str, Any] | ModelConfig) -> ModelConfig:
    """A configuration from a YAML file in the published schema, or from its parsed content.

    Raises: InputError naming every field that is missing, unknown or of the wrong type.
    """
    if isinstance(config, ModelConfig):
        return config
    path = None if isinstance(config, Mapping) else Path(config)
    return _from_mapping(config if isinstance(config, Mapping) else read_config(Path(config), CURE), path)


def _from_mapping(data: Mapping[str, Any], path: Path | None) -> ModelConfig:
    params = data.get("model_params")
    if not isinstance(params, Mapping):
        raise InputError("the model's config has no model_params", file=path, cure=CURE)
    sections = dict(params)
    if isinstance(sections.get("generator_params"), Mapping):  # the published schema has one inside the other
        generator = dict(sections["generator_params"])
        sections["dense_motion_params"] = generator.pop("dense_motion_params", None)
        sections["generator_params"] = generator
    problems = [f"unknown model_params.{name}" for name in sections if name not in {*SECTIONS, TRAINING}]
    parts: dict[str, Any] = {}
    for name, (attribute, kind) in SECTIONS.items():
        section = sections.get(name)
        if not isinstance(section, Mapping):
            problems.append(f"missing model_params.{name}")
            continue
        faults = section_faults(name, section, kind)
        problems += faults
        if not faults:
            parts[attribute] = kind(**section)
    problems = problems or _range_faults(ModelConfig(**parts))
    if problems:
        raise InputError("the model's config is wrong: " + "; ".join(problems), file=path, cure=CURE)
    return ModelConfig(**parts)


def _range_faults(config: ModelConfig) -> list[str]:
    problems = [fault for attribute, _ in SECTIONS.values() for fault in size_faults(getattr(config, attribute))]
    for name, part in (("kp_detector_params", config.detector), ("dense_motion_params", config.dense_motion)):
        if part.scale_factor not in {1, 0.5, 0.25, 0.125}:
            problems.append(f"{name}.scale_factor is 1, 0.5, 0.25 or 0.125, not {part.scale_factor}")
        if part.num_blocks > 8:
            problems.append(f"{name}.num_blocks is at most 8, not {part.num_blocks}")
    if not 0.001 <= config.detector.temperature <= 100:
        problems.append(f"kp_detector_params.temperature lies in 0.001..100, not {config.detector.temperature}")
    if config.generator.num_down_blocks > 8:
        problems.append(f"generator_params.num_down_blocks is at most 8, not {config.generator.num_down_blocks}")
    if config.common.num_channels != 3:
        problems.append(f"num_channels is 3 (RGB), not {config.common.num_channels}")
    if config.common.num_kp < 2:
        problems.append(f"num_kp is at least 2, not {config.common.num_kp}")
    for name, there in (
        ("estimate_jacobian", config.common.estimate_jacobian),
        ("estimate_occlusion_map", config.generator.estimate_occlusion_map),
    ):
        if not there:
            problems.append(f"{name} is True in every published network, and here")
    return problems
