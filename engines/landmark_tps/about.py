"""What the engine tells of itself."""

from __future__ import annotations

from engines.about import About, NoSection, Ready

ABOUT: About[NoSection] = About(choose=lambda _wish: Ready(landmarks_suffice=True))
"""It needs nothing, honours everything, has nothing to choose, and draws the mouth of a driver whom nobody filmed."""
