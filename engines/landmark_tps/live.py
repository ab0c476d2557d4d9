"""A driver who is filmed meanwhile: each frame is read from the few before it, and measured from the driver at rest."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np

from engines.base import Arrays
from engines.landmark_tps.moving import small_arrays
from engines.landmark_tps.renderer import Scene, TpsRenderer
from engines.live import LiveRenderer
from face import observed, occlusion, palette
from face.calibration import mouth_opening
from face.features import SHUT_EYE, as_usual, opening
from face.occlusion import MouthMemory, look_at_mouth
from face.performance import Performance
from face.relight import tones
from face.retargeting import Gains, mesh_targets
from face.rig import Rig
from face.steadying import reach
from face.topology import EYES
from foundation.facetrack import Face, FaceTrack
from foundation.geometry import Array, Image

WIDER = 1.3
"""A mouth that opens so much wider than any before shows more of its inside: its colours are looked at anew."""
EYES_KNOWN, REMEMBERED = 50, 500
"""Frames from which on the eyes' usual opening is taken from what is seen, and how many of the last ones count."""
Look = tuple[Image, Array]
"""A picture of the driver and the landmarks in it."""


class TpsLiveRenderer(LiveRenderer):
    """Renders one driver's frames as they come.

    Args:
        performance: the driver at rest.
        looks: of the same time, for the colours of the driver's mouth.
    """

    def __init__(self, scene: Scene, body: Rig, performance: Performance, gains: Gains, looks: list[Look]) -> None:
        self._scene, self._body, self._rest, self._gains = scene, body, performance, gains
        self._looks = looks
        self._widest = max([observed.LIMITS.open, *(mouth_opening(points) for _, points in looks)])
        self._recent: deque[Face] = deque(maxlen=reach(performance.sigma) + 1)
        self._openings: deque[Array] = deque(maxlen=REMEMBERED)
        self._mouth, self._cover = MouthMemory(), 0.0
        self._rows: Arrays = {}
        self._renderer: TpsRenderer | None = None

    def render(self, face: Face, driving_frame: Image, share: float = 1.0) -> Image:
        self._recent.append(face)
        self._watch_mouth(face, driving_frame)
        performance = self._rest.going_on(FaceTrack.of(self._recent, (driving_frame.shape[1], driving_frame.shape[0])))
        now = slice(len(self._recent) - 1, len(self._recent))
        self._watch_eyes(performance.shapes(now))
        rows = small_arrays(self._body, performance, self._gains, [now])
        rows["targets"] = mesh_targets(self._body, performance, self._gains, now)
        rows["covered"] = np.full(1, self._cover, np.float32)
        if self._renderer is None:
            self._rows = rows | {"inside": np.zeros((1, 2), np.float32)}
            self._renderer = TpsRenderer(self._scene, self._rows)
        for name, row in rows.items():
            self._rows[name][:] = row
        return self._renderer.eased(0, driving_frame, share)

    def forget(self) -> None:
        self._recent.clear()

    def _watch_eyes(self, shape: Array) -> None:
        """How far eyes are open usually is not known after a second: it is learned as they are seen."""
        self._openings.append(np.concatenate([opening(shape, eye) for eye in EYES]))
        if len(self._openings) >= EYES_KNOWN:
            wide = as_usual(np.array(self._openings))
            rest = replace(self._rest.rest, wide=wide, shut=np.minimum(self._rest.rest.shut, SHUT_EYE * wide))
            self._rest = replace(self._rest, rest=rest)

    def _watch_mouth(self, face: Face, frame: Image) -> None:
        """What hides the driver's mouth is not put into the portrait's: a drawn one is, eased in and out."""
        if self._scene.layers.mouth.theirs.unseen:
            self._cover = 1.0
            return
        hidden = self._mouth.hidden(look_at_mouth(frame, face.points))
        self._cover += float(np.clip(hidden - self._cover, -1 / occlusion.LIMITS.ease, 1 / occlusion.LIMITS.ease))
        if not hidden:
            self._look_into_mouth(face, frame)

    def _look_into_mouth(self, face: Face, frame: Image) -> None:
        """What a mouth has inside is not seen of a face at rest: see it whenever it opens wider than before."""
        wide = mouth_opening(face.points)
        if wide < WIDER * self._widest:
            return
        self._widest = wide
        self._looks.append((frame, face.points))
        layers, mouth = self._scene.layers, self._scene.layers.mouth
        theirs = palette.look(self._looks)
        mouth = replace(mouth, theirs=theirs, tones=tones(mouth.own, theirs))
        self._scene = replace(self._scene, layers=replace(layers, mouth=mouth))
        self._renderer = None
