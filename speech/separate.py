"""What can be asked of a mix: an option of commands, which imports nothing."""

from __future__ import annotations

from enum import Enum


class Separate(Enum):
    """Whether the voice is taken out of a mix."""

    AUTO = "auto"
    YES = "yes"
    NO = "no"
