"""The plan of a training set: every clip followed and cut into a tube, and stills animated by landmark_tps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from engines import ENGINES
from engines.landmark_tps.options import Options
from face.motion import Motion
from foundation.codec import encode
from foundation.digests import digest_of
from foundation.errors import InputError, ManifestError
from foundation.face_choice import FaceChoice
from foundation.times import FrameRange, frame_count
from media.files.info import MediaInfo, VideoInfo
from media.samples import SAMPLE, sample_path
from pipeline.manifest.dataset import Driver, TrainingConfig
from pipeline.plan.graph import Graph
from pipeline.plan.looking import backend_use, whole_clip
from pipeline.plan.task import FileInput, Task
from stages.artifacts import FaceCrops, Media
from stages.contracts import animate, crop, face_crops, faces, normalize, prepare, probe
from stages.contracts.shared import EngineUse, Timing
from stages.findings import Track

ENGINE = "landmark_tps"
Still = tuple[Media, Fraction | None]
"""A picture's file, and seconds into it where it is a clip."""
Probe = Callable[[Task], MediaInfo]
"""Runs a probe and returns what it says."""


@dataclass(frozen=True)
class TubePlan:
    """One clip of the training set.

    Attributes:
        name: for people: "d6", or "mona_lisa__d10".
        person: who is seen in it.
        driver: the clip whose motion it has.
        held_out: for measuring only.
    """

    name: str
    person: str
    driver: str
    held_out: bool
    crops: FaceCrops

    @property
    def real(self) -> bool:
        """Filmed, not made by an engine."""
        return self.driver == self.name


@dataclass(frozen=True)
class DatasetPlan:
    """Every tube, and the graph that makes them."""

    graph: Graph
    tubes: list[TubePlan]


@dataclass(frozen=True)
class _Clip:
    name: str
    media: Media
    video: VideoInfo
    held_out: bool


def plan_dataset(config: TrainingConfig, probe_file: Probe) -> DatasetPlan:
    """The plan of a config's data.

    Raises:
        InputError: there are no clips, or one is no video.
        ManifestError: a driver is no clip of the set, or is held out.
    """
    plan = DatasetPlan(Graph(), [])
    clips = _clips(config, probe_file)
    for clip in clips:
        track = _followed(plan.graph, clip)
        tube = _crops(
            plan.graph, config, clip.name, face_crops.Inputs(media=clip.media, faces=track), clip.video.frames
        )
        person = clip.name.partition("#")[0] if config.dataset.id_sampling else clip.name
        plan.tubes.append(TubePlan(clip.name, person, clip.name, clip.held_out, tube))
    drivers = [(driver, _driver(config, driver, clips)) for driver in config.dataset.animated.drivers]
    for name, portrait in _stills(config, clips).items():
        for driver, clip in drivers:
            if clip.name != name:
                _animate(plan, config, (name, portrait), driver, clip)
    return plan


def _clips(config: TrainingConfig, probe_file: Probe) -> list[_Clip]:
    """The clips, by name.

    Raises: InputError.
    """
    root, dataset = config.root, config.dataset
    out = {path for pattern in dataset.held_out for path in root.glob(pattern)}
    paths = sorted({path for pattern in dataset.clips for path in root.glob(pattern) if path.is_file()} | out)
    if not paths:
        wanted = ", ".join(dataset.clips)
        raise InputError(f"no clip matches {wanted}", file=root, cure="correct dataset_params.clips, or name --data")
    names = [path.stem for path in paths]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ManifestError(f"two clips are called {twice[0]}", file=config.path, cure="rename one")
    found = []
    for path in paths:
        file = FileInput(str(path), digest_of(path))
        reading = probe.Inputs(media=Media(file))
        video = probe_file(Task.of(probe.CONTRACT, probe.Settings(), reading, path.stem)).video
        if video is None:
            raise InputError("has no video stream", file=path, cure="leave it out of dataset_params.clips")
        found.append(_Clip(path.stem, Media(file), video, path in out))
    return found


def _driver(config: TrainingConfig, driver: Driver, clips: list[_Clip]) -> _Clip:
    clip = next((clip for clip in clips if clip.name == driver.clip), None)
    if clip is None:
        raise ManifestError(f"no clip is called {driver.clip}", file=config.path, cure="correct animated.drivers")
    if clip.held_out:
        problem = f"{driver.clip} is held out and drives stills: what is measured on it would have been trained on"
        raise ManifestError(problem, file=config.path, cure="take it out of animated.drivers, or out of held_out")
    return clip


def _stills(config: TrainingConfig, clips: list[_Clip]) -> dict[str, Still]:
    """The pictures to animate: file, and seconds into it where it is a clip."""
    animated = config.dataset.animated
    stills: dict[str, Still] = {}
    for pattern in animated.pictures:
        if pattern.startswith(SAMPLE):
            paths = [sample_path(pattern.removeprefix(SAMPLE))]
        else:
            paths = sorted(config.root.glob(pattern))
        if not paths:
            raise InputError(f"no picture matches {pattern}", file=config.root, cure="correct animated.pictures")
        stills |= {path.stem: (Media(FileInput(str(path), digest_of(path))), None) for path in paths}
    if animated.clips:
        stills |= {clip.name: (clip.media, clip.video.start) for clip in clips if not clip.held_out}
    return stills


def _followed(graph: Graph, clip: _Clip) -> Track:
    """The face of a whole clip; `found` says later which frames have none."""
    following = whole_clip(clip.video, tolerant=True)
    settings = faces.Settings(select=FaceChoice(), backend=backend_use(), following=following)
    return graph.plan(faces.CONTRACT, settings, faces.Inputs(media=clip.media), clip.name, clip.video.frames)


def _animate(plan: DatasetPlan, config: TrainingConfig, still: tuple[str, Still], driver: Driver, clip: _Clip) -> None:
    name, (media, at) = still
    graph, fps, backend = plan.graph, Fraction(config.dataset.animated.fps), backend_use()
    use, options = EngineUse(name=ENGINE, version=ENGINES[ENGINE].version), encode(Options())
    label = f"{name}__{clip.name}" + (f"@{float(driver.start):g}" if driver.start else "")
    looking = faces.Settings(select=FaceChoice(), backend=backend, at=at)
    face = graph.plan(faces.CONTRACT, looking, faces.Inputs(media=media), name, 1)
    cutting = crop.Settings(engine=use, at=at)
    cut = graph.plan(crop.CONTRACT, cutting, crop.Inputs(media=media, faces=face), name, 1)
    start = clip.video.start + driver.start
    frames = frame_count(min(driver.seconds, clip.video.end - start), fps)
    timing = Timing(start=start, frames=frames, fps=fps)
    taken = normalize.Inputs(media=clip.media, faces=_followed(graph, clip))
    how = normalize.Settings(engine=use, timing=timing, tolerant=True)
    normal = graph.plan(normalize.CONTRACT, how, taken, clip.name, frames)
    asked = prepare.Settings(engine=use, options=options, motion=Motion(), turns=None, backend=backend, fps=fps)
    given = prepare.Inputs(crop=cut, clip=normal, files={})
    prepared = graph.plan(prepare.CONTRACT, asked, given, label, frames)
    span = animate.Settings(engine=use, options=options, range=FrameRange(0, frames), fps=fps)
    moving = animate.Inputs(crop=cut, clip=normal, prepared=prepared, files={})
    made = graph.plan(animate.CONTRACT, span, moving, label, frames)
    shown = Media(made.given)
    seen = replace(
        whole_clip(clip.video, tolerant=True), start=Fraction(0), max_gap_frames=frames, expected_frames=frames
    )
    found = faces.Settings(select=FaceChoice(), backend=backend, following=seen)
    track = graph.plan(faces.CONTRACT, found, faces.Inputs(media=shown), label, frames)
    tube = _crops(graph, config, label, face_crops.Inputs(media=shown, faces=track), frames)
    plan.tubes.append(TubePlan(label, name, clip.name, held_out=False, crops=tube))


def _crops(graph: Graph, config: TrainingConfig, name: str, inputs: face_crops.Inputs, frames: int) -> FaceCrops:
    tube = config.dataset.tube
    settings = face_crops.Settings(side=tube.side, reach=tube.reach, most=tube.most)
    return graph.plan(face_crops.CONTRACT, settings, inputs, name, frames)
