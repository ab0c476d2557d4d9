"""LivePortrait's published command line, for `animate --engine liveportrait`: its flags as a section of a manifest."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from foundation.errors import ManifestError

ENGINE = "liveportrait"
FOLDER = Path("pretrained_weights")
"""Where the published program looks for its weights."""

ALWAYS = {
    "flag_do_crop": "the portrait is cut around its face, and put back into the whole picture",
    "flag_crop_driving_video": "the face of the clip is followed and cut out",
}
"""What published flags can turn off there, and is always done here."""


@dataclass(frozen=True)
class LivePortraitFlags:
    """The flags as they were given; None: not given."""

    source: str | None
    driving: str | None
    driving_option: str | None
    driving_multiplier: float | None
    animation_region: str | None
    flag_stitching: bool | None
    flag_relative_motion: bool | None
    flag_normalize_lip: bool | None
    flag_eye_retargeting: bool | None
    flag_lip_retargeting: bool | None
    flag_pasteback: bool | None
    flag_do_crop: bool | None
    flag_crop_driving_video: bool | None
    flag_use_half_precision: bool | None
    flag_force_cpu: bool | None
    flag_source_video_eye_retargeting: bool | None
    driving_smooth_observation_variance: float | None
    audio_priority: str | None

    @property
    def given(self) -> list[str]:
        """The flags that were."""
        return [f"--{field.name}" for field in fields(self) if getattr(self, field.name) is not None]

    def performer(self, config: Path | None, checkpoint: Path | None) -> dict[str, dict[str, str | float | bool]]:
        """What they say of a manifest's performer.

        Args:
            config, checkpoint: as in `section`.
        Raises:
            ManifestError: a flag turns off what Duet does always.
        """
        for name, always in ALWAYS.items():
            if getattr(self, name) is False:
                raise ManifestError(f"--no-{name} cannot be: {always}", cure="leave it away")
        said = {ENGINE: self.section(config, checkpoint)}
        return said if self.flag_pasteback is not False else said | {"composite": {"into": "crop"}}

    def sound(self, portrait: str) -> str:
        """audio.source: the clip's, or that of a video as the portrait.

        Raises:
            ManifestError: another one is asked for.
        """
        sources = {"driving": "driving", "source": portrait}
        wanted = self.audio_priority or "driving"
        if wanted not in sources:
            raise ManifestError(f"--audio_priority is {wanted!r}", cure=f"use one of {', '.join(sources)}")
        return sources[wanted]

    def section(self, config: Path | None, checkpoint: Path | None) -> dict[str, str | float | bool]:
        """The engine's section of a manifest.

        Args:
            config, checkpoint: as they were named; without one, the folder `pretrained_weights`, where there is one.
        """
        relative = self.flag_relative_motion
        weights = checkpoint or (FOLDER if FOLDER.is_dir() else None)
        said: dict[str, str | float | bool | None] = {
            "config": None if config is None else str(config),
            "checkpoint": None if weights is None else str(weights),
            "mode": None if relative is None else ("relative" if relative else "absolute"),
            "driving_option": self.driving_option,
            "region": self.animation_region,
            "multiplier": self.driving_multiplier,
            "stitching": self.flag_stitching,
            "shut_lips": self.flag_normalize_lip,
            "retarget_eyes": self.flag_eye_retargeting,
            "retarget_lips": self.flag_lip_retargeting,
            "hold_eyes": self.flag_source_video_eye_retargeting,
            "observation_variance": self.driving_smooth_observation_variance,
            "precision": "fp32" if self.flag_use_half_precision is False else None,
            "device": "cpu" if self.flag_force_cpu else None,
        }
        return {name: value for name, value in said.items() if value is not None}

    def refuse_elsewhere(self, engine: str | None) -> None:
        """Raises: ManifestError: flags of LivePortrait's with another engine."""
        if self.given and engine != ENGINE:
            told = f"{', '.join(self.given)} cannot go with --engine {engine or 'auto'}"
            raise ManifestError(told, cure=f"add --engine {ENGINE}")
