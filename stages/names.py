"""What stages call the files that they hand on."""

from __future__ import annotations

from media.files.info import LOSSLESS_SUFFIX

STILLS = 6
"""How many frames of the result the check keeps for people, at the moments that times.spread gives."""
FRAMES = f"frames{LOSSLESS_SUFFIX}"
"""What every stage that hands on frames calls its file."""
OPACITY = "opacity.png"
"""How much of a portrait shows, beside its picture.png, where it is kept."""
SCRIPTS = ("lyrics.ass", "titles.ass")
"""What the words stage writes, each if there is any; the later is drawn above the earlier."""
