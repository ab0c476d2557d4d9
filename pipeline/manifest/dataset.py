"""What a training config says of its data: `dataset_params` of the published schema, and our own fields beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from foundation.errors import InputError, ManifestError
from foundation.part import Part
from foundation.reading import why
from foundation.yaml_text import YamlError, read_yaml
from pipeline.manifest.fields import Seconds


class Tube(Part):
    """How clips are cut around their faces."""

    side: Annotated[int, Field(ge=64, le=1024)] = 288
    """Pixels of the square that is kept; what the network sees is cut out of it again."""
    reach: Annotated[float, Field(ge=0.6, le=3)] = 1.25
    """Half its side, in face heights."""
    most: Annotated[int, Field(ge=8, le=100_000)] = 400
    """Frames kept of a clip; a longer one is thinned evenly."""


class Driver(Part):
    """A part of a training clip that animates stills."""

    clip: str
    start: Seconds = Field(default=0, validate_default=True)
    seconds: Seconds = Field(default=8, validate_default=True)


class Animated(Part):
    """Pictures brought to life by the engine landmark_tps, to train on as if they were clips."""

    pictures: list[str] = Field(default_factory=list)
    """Globs, or sample:astronaut."""
    clips: bool = False
    """Also the first frame of every training clip."""
    drivers: list[Driver] = Field(default_factory=list)
    fps: Annotated[int, Field(ge=1, le=60)] = 8


Share = Annotated[float, Field(ge=0, le=1)]


class Flips(Part):
    """The published schema's: whether pictures are mirrored, and pairs turned around (they always may be)."""

    horizontal_flip: bool = True
    time_flip: Literal[True] = True


class Jitter(Part):
    """The published schema's: the largest changes of colour; the largest of them counts for all."""

    brightness: Share = 0.1
    contrast: Share = 0.1
    saturation: Share = 0.1
    hue: Share = 0.1


class Augmentation(Part):
    """What is changed in the pictures: the published two parts, and our own (tpsmm.training.augment.Strength)."""

    flip_param: Flips = Flips()
    jitter_param: Jitter | None = None
    reach: Annotated[list[float], Field(min_length=2, max_length=2)] = Field(default_factory=lambda: [0.78, 1.2])
    turn: Annotated[float, Field(ge=0, le=90)] = 15.0
    shift: Share = 0.1
    stretch: Share = 0.08
    bend: Annotated[float, Field(ge=0, le=0.1)] = 0.02
    colour: Share = 0.3
    spoil: Share = 0.3

    @property
    def strength(self) -> dict[str, Any]:
        """As tpsmm.training.augment.Strength takes it."""
        own = self.model_dump(exclude={"flip_param", "jitter_param", "reach"})
        if self.jitter_param is not None:
            own["colour"] = max(self.jitter_param.model_dump().values())
        return own | {"reach": tuple(self.reach), "mirror": self.flip_param.horizontal_flip}


class Dataset(Part):
    """The data to train on."""

    root_dir: str
    """The folder of the clips and pictures, relative to the config."""
    frame_shape: list[int]
    """Height, width and channels that the network sees."""
    clips: list[str] = Field(default_factory=lambda: ["**/*.mp4"])
    """Globs below root_dir."""
    held_out: list[str] = Field(default_factory=list)
    """Globs of clips that are measured on only. No still may be driven by one."""
    id_sampling: bool = False
    """What stands before a # in a clip's name is who is seen in it, and people are drawn alike."""
    augmentation_params: Augmentation = Augmentation()
    tube: Tube = Tube()
    animated: Animated = Animated()


@dataclass(frozen=True)
class TrainingConfig:
    """A training config whose data part is checked; the other sections are the trainer's to judge."""

    path: Path
    dataset: Dataset
    sections: Mapping[str, Any]

    @property
    def root(self) -> Path:
        return (self.path.parent / self.dataset.root_dir).resolve()


def load_training_config(path: Path, root: Path | None = None) -> TrainingConfig:
    """A training config from its YAML file; `root` takes the place of root_dir.

    Raises: InputError if it cannot be read; ManifestError naming every field that is wrong.
    """
    cure = "compare it with configs/models/duet-128.yaml"
    try:
        content = read_yaml(path)
    except OSError as error:
        raise InputError(why(error), file=path, cure="check the path") from error
    except UnicodeDecodeError as error:
        raise ManifestError("the training config is no text in UTF-8", file=path, cure=cure) from error
    except YamlError as error:
        raise ManifestError(f"the training config is no YAML: {error}", file=path, cure=cure) from error
    given = content.get("dataset_params") if isinstance(content, Mapping) else None
    if not isinstance(content, Mapping) or not isinstance(given, Mapping):
        raise ManifestError("the training config has no dataset_params", file=path, cure=cure)
    if root is not None:
        given = {**given, "root_dir": str(root.resolve())}
    try:
        dataset = Dataset.model_validate(given)
    except ValidationError as error:
        lines = "; ".join(f"dataset_params.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ManifestError(f"the training config is wrong: {lines}", file=path, cure=cure) from error
    return TrainingConfig(path, dataset, content)
