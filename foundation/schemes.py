"""What the numbers of a face's landmarks mean. No NumPy: tables of plug-ins name them."""

from __future__ import annotations

MEDIAPIPE_478 = "mediapipe-478"
IBUG_68 = "ibug-68"
SQUARE = "square"
"""No face: the four corners of a square that is moved whole. It counts as a face of half its height."""
MOTION = "motion"
"""No face: the corners of a square, and what an engine keeps of a driver's motion: in `points` keypoints, for people to
see and to measure movement by; in `blendshapes` all of it."""
FACELESS = (SQUARE, MOTION)
