"""How wide the networks are. The published ones come in one size; tests use a smaller one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from foundation.codec import decode, encode
from foundation.errors import InputError
from foundation.yaml_text import read_yaml


@dataclass(frozen=True)
class Sizes:
    """Channels, unless said otherwise.

    Attributes:
        first: of the appearance network at full size.
        volume, depth: of the feature volume, and its layers.
        residuals: how many blocks in space.
        stages: ConvNeXt's widths.
        depths: how many blocks each.
        hourglass: dense motion's first width, before it doubles.
        most: its upper bound.
        compressed: of the volume that it sees.
        flat: of the warped features.
        shared: between these and a norm.
        middle: of the decoder.
    """

    first: int = 64
    volume: int = 32
    depth: int = 16
    residuals: int = 6
    stages: tuple[int, int, int, int] = (96, 192, 384, 768)
    depths: tuple[int, int, int, int] = (3, 3, 9, 3)
    hourglass: int = 32
    most: int = 1024
    compressed: int = 4
    flat: int = 256
    shared: int = 128
    middle: int = 512


PUBLISHED = Sizes()
WIDTHS = range(1, 4097)
CURE = "name the fields of liveportrait.sizes.Sizes, or leave the config out"


def load_sizes(path: Path) -> Sizes:
    """From a YAML file with fields of Sizes; what it leaves out is as published.

    Raises: InputError if it cannot be read, or says something else.
    """
    try:
        given = read_yaml(path)
        if not isinstance(given, dict):
            raise ValueError("it is no mapping")
        sizes = decode(encode(PUBLISHED) | given, Sizes)
    except OSError as error:
        raise InputError("the model's config cannot be read", file=path, cure="check the path") from error
    except ValueError as error:
        raise InputError(f"the model's config is wrong: {error}", file=path, cure=CURE) from error
    numbers = [value for field in vars(sizes).values() for value in (field if isinstance(field, tuple) else (field,))]
    if any(number not in WIDTHS for number in numbers):
        raise InputError(f"the model's config has numbers outside of 1..{WIDTHS.stop - 1}", file=path, cure=CURE)
    return sizes
