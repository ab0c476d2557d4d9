"""From words and sound to how a mouth and a head move: phones, alignment, separation, curves. No pictures."""
