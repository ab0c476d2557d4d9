"""How wide the networks are. The published ones come in one size; tests use a smaller one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Channels, unless said otherwise.

    Attributes:
        first: of the appearance network at full size. volume, depth: of the feature volume, and its layers.
        residuals: how many blocks in space. stages: ConvNeXt's widths; depths: how many blocks each.
        hourglass: dense motion's first width, before it doubles; most: its upper bound. compressed: of the volume
            that it sees. flat: of the warped features. shared: between these and a norm. middle: of the decoder.
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
