"""What changes from frame to frame besides where the mesh's points go."""

from __future__ import annotations

import numpy as np

from engines.base import Arrays
from engines.layers.seen import performed_lips
from face.performance import Performance
from face.retargeting import Gains, gaze_motion, rigid_motion, smile_motion
from face.rig import Rig


def small_arrays(body: Rig, performance: Performance, gains: Gains, blocks: list[slice]) -> Arrays:
    """What little changes from frame to frame besides the targets, of the frames in `blocks`.

    Rigid motion, gaze and smile as retarget defines them, and the performer's lips.
    """
    return {
        "rigid": np.concatenate([rigid_motion(body, performance, gains, span) for span in blocks]),
        "gaze": np.concatenate([gaze_motion(body, performance, gains, span) for span in blocks]),
        "smile": np.concatenate([smile_motion(body, performance, gains, span) for span in blocks]),
        **performed_lips(performance, blocks),
    }
