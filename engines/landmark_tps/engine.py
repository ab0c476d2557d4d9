"""The default engine: a landmark mesh and thin-plate splines; no trained weights."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from engines.base import Arrays, Driving, Own, Portrait, Renderer, Taking
from engines.landmark_tps.cutout import Cutout
from engines.landmark_tps.live import TpsLiveRenderer
from engines.landmark_tps.moving import small_arrays
from engines.landmark_tps.options import Options
from engines.landmark_tps.plate import Sitter, TpsPlateRenderer, plate_arrays
from engines.landmark_tps.renderer import Scene, TpsRenderer
from engines.landmark_tps.surroundings import Surroundings
from engines.layers.layers import Layers
from engines.layers.seen import made_up, performed_lips, seen, with_shut_lips
from engines.live import LiveEngine, LiveRenderer
from engines.plates import Plate, PlateEngine, PlateRenderer
from face import calibration, rig
from face.calibration import Detector
from face.motion import Motion, Reference
from face.palette import Palette
from face.performance import Performance, analyse, choose_reference
from face.reference import most_alike
from face.retargeting import Gains, mesh_targets
from face.steadying import spans
from face.topology import OVAL
from foundation.facetrack import FaceTrack
from foundation.geometry import Image
from foundation.npy import Blocks


class LandmarkTps(PlateEngine[Options], LiveEngine[Options]):
    """Warps the portrait after the performer's landmarks; mouth and eyes are layers of their own."""

    name = "landmark_tps"
    options = Options

    def reference(self, portrait: Portrait, track: FaceTrack, wanted: Reference) -> int:
        if wanted != "nearest":
            return choose_reference(track, "best" if wanted == "neutral" else wanted)
        seen = np.flatnonzero(track.shows_mouth) if track.shows_mouth.any() else np.arange(len(track))
        own = portrait.face.points[:, :2]
        return int(seen[most_alike(own, (track.points[int(index)][:, :2] for index in seen))])

    def prepare(self, portrait: Portrait, driving: Driving, taking: Taking[Options], detect: Detector) -> Arrays:
        portrait = with_shut_lips(portrait)
        performance = analyse(driving.track, self._measured(portrait, driving.track, taking.motion))
        static, gains = self._calibrated(portrait, driving, performance, taking, detect)
        body = rig.build(portrait.face, performance, gains.parting)
        blocks = spans(len(performance))
        targets = Blocks(np.float32, lambda: (mesh_targets(body, performance, gains, span) for span in blocks))
        moving = small_arrays(body, performance, gains, blocks) | {"targets": targets, "texture": body.texture}
        moving |= made_up(driving.track, static)
        return static | moving | {"calibration": np.array([gains.lips, gains.lids, gains.parting])}

    def prepare_plate(
        self, plate: Plate, portrait: Portrait, driving: Driving, taking: Taking[Options], detect: Detector
    ) -> Arrays:
        performance = analyse(driving.track, self._measured(portrait, driving.track, taking.motion))
        static, gains = self._calibrated(portrait, driving, performance, taking, detect)
        sitter = Sitter.of(plate, taking.motion.smoothing)
        moving = plate_arrays(sitter, performance, gains) | performed_lips(performance, spans(len(performance)))
        return static | moving | made_up(driving.track, static)

    def follow(self, portrait: Portrait, driving: Driving, taking: Taking[Options], detect: Detector) -> LiveRenderer:
        portrait = with_shut_lips(portrait)
        performance = analyse(driving.track, self._measured(portrait, driving.track, taking.motion))
        static, gains = self._calibrated(portrait, driving, performance, taking, detect)
        body = rig.build(portrait.face, performance, gains.parting)
        samples = calibration.pick(performance, driving.track.found, driving.pick)
        looks = [(frame, performance.points(slice(index, index + 1))[0]) for index, frame in samples.items()]
        scene = scene_of(portrait, static | {"texture": body.texture})
        return TpsLiveRenderer(scene, body, performance, gains, looks)

    def _measured(self, portrait: Portrait, track: FaceTrack, motion: Motion) -> Motion:
        """The motion settings with a reference that the performance can be read from."""
        if motion.reference == "nearest":
            return replace(motion, reference=self.reference(portrait, track, "nearest"))
        return replace(motion, reference="best") if motion.reference == "neutral" else motion

    def _calibrated(
        self,
        portrait: Portrait,
        driving: Driving,
        performance: Performance,
        taking: Taking[Options],
        detect: Detector,
    ) -> tuple[Arrays, Gains]:
        """What does not change from frame to frame, and the gains that a second look has settled on."""
        body = rig.build(portrait.face, performance)
        motion = taking.motion
        gains = Gains(motion.head, motion.expression, motion.mouth)
        clear, found = driving.track.shows_mouth, driving.track.found
        aim = calibration.FILMED if driving.track.filmed else calibration.MADE_UP
        samples = calibration.pick(performance, clear if clear.any() else found, driving.pick, aim)
        static = still_arrays(portrait, body) | seen(portrait, body, performance, driving.track, samples)
        drawn = float(Palette.unpacked(static["theirs"]).unseen)

        @lru_cache(maxsize=1)  # all samples of a pass have one
        def parted(parting: float) -> tuple[rig.Rig, Scene]:
            tried = rig.build(portrait.face, performance, parting)
            return tried, scene_of(portrait, static | {"texture": tried.texture})

        def trial(gains: Gains, index: int, frame: Image) -> Image:
            alone = slice(index, index + 1)
            tried, scene = parted(gains.parting)
            moving = {"targets": mesh_targets(tried, performance, gains, alone)}
            moving |= {"covered": np.array([drawn]), "inside": np.zeros((1, 2))}
            return TpsRenderer(scene, moving | small_arrays(tried, performance, gains, [alone])).render(0, frame)

        gains = calibration.fit(performance, samples, trial, detect, gains, aim=aim)
        return static, replace(gains, turns=taking.turns)

    def open_plate(self, prepared: Arrays, own: Own[Options]) -> PlateRenderer:
        return TpsPlateRenderer(prepared)

    def open(self, portrait: Portrait, prepared: Arrays, own: Own[Options]) -> Renderer:
        return TpsRenderer(scene_of(portrait, prepared), prepared)


def scene_of(portrait: Portrait, prepared: Arrays) -> Scene:
    """What every frame needs, out of what does not change from frame to frame."""
    height = float(prepared["height"])
    surroundings = Surroundings(
        portrait.image.shape[:2],
        (int(prepared["nodes"][0]), int(prepared["nodes"][1])),
        prepared["from_outline"],
        prepared["from_rigid"],
    )
    image, layers = Layers.of(portrait.image, prepared)
    return Scene(
        image=image,
        texture=prepared["texture"],
        height=height,
        surroundings=surroundings,
        layers=layers,
        cutout=Cutout(image, portrait.person, portrait.inner_edges) if portrait.person else None,
    )


def still_arrays(portrait: Portrait, body: rig.Rig) -> Arrays:
    """What does not change from frame to frame."""
    surroundings = Surroundings.build(
        portrait.image.shape[:2],
        portrait.inner_edges,
        portrait.face.points,
        body.texture[list(OVAL)],
        body.frame,
    )
    return {
        "nodes": np.array(surroundings.count),
        "from_outline": surroundings.from_outline,
        "from_rigid": surroundings.from_rigid,
    }
