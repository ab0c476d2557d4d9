"""How much of a driver's movement a result takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Gains:
    """1 is as measured, 0 nothing; what an engine does not honour counts as 1.

    Attributes:
        head: of the head's turning.
        expression: of brows, cheeks and lips.
        mouth: of the mouth's opening.
    """

    head: float = 1.0
    expression: float = 1.0
    mouth: float = 1.0
