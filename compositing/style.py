"""How crops are pasted back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PasteStyle:
    """The manifest's composite settings.

    Attributes:
        feather: width of the blend at the edge, in face heights.
        match_color: bring the crop to the picture's colours at its edge.
        match_grain: give a network's smooth picture the grain of the portrait.
    """

    feather: float
    match_color: bool
    match_grain: bool
