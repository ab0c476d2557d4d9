"""The plan of a training set: every clip followed and cut into a tube, and stills animated by landmark_tps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from engines import ENGINES
from foundation.digests import digest_of
from foundation.errors import InputError, ManifestError
from foundation.times import frame_count
from landmarks import backend_settings
from media.samples import sample_path
from pipeline.manifest.dataset import Driver, TrainingConfig
from pipeline.manifest.parts.performers import Motion
from pipeline.plan.graph import Graph
from pipeline.plan.sources import SAMPLE
from pipeline.plan.task import FileInput, Input, Task

ENGINE = "landmark_tps"
LANDMARKS = backend_settings()
Facts = Callable[[Task], Mapping[str, Any]]
"""Runs a probe and returns what it says."""


@dataclass(frozen=True)
class TubePlan:
    """One clip of the training set.

    Attributes:
        name: for people: "d6", or "mona_lisa__d10". person: who is seen in it. driver: the clip whose motion it has.
        held_out: for measuring only.
    """

    name: str
    person: str
    driver: str
    held_out: bool
    task: Task

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
    file: FileInput
    video: Mapping[str, Any]
    held_out: bool


def plan_dataset(config: TrainingConfig, facts: Facts) -> DatasetPlan:
    """The plan of a config's data.

    Raises:
        InputError: there are no clips, or one is no video.
        ManifestError: a driver is no clip of the set, or is held out.
    """
    plan = DatasetPlan(Graph(), [])
    clips = _clips(config, facts)
    for clip in clips:
        settings = _following(clip.video)
        faces = plan.graph.add(Task("faces", settings, {"media": clip.file}, clip.name, clip.video["frames"]))
        tube = _tube_task(config, clip.name, {"media": clip.file, "faces": faces.output}, clip.video["frames"])
        person = clip.name.partition("#")[0] if config.dataset.id_sampling else clip.name
        plan.tubes.append(TubePlan(clip.name, person, clip.name, clip.held_out, plan.graph.add(tube)))
    drivers = [(driver, _driver(config, driver, clips)) for driver in config.dataset.animated.drivers]
    for name, portrait in _stills(config, clips).items():
        for driver, clip in drivers:
            if clip.name != name:
                _animate(plan, config, (name, portrait), driver, clip)
    return plan


def _clips(config: TrainingConfig, facts: Facts) -> list[_Clip]:
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
        video = facts(Task("probe", {}, {"media": file}, path.stem))["video"]
        if video is None:
            raise InputError("has no video stream", file=path, cure="leave it out of dataset_params.clips")
        found.append(_Clip(path.stem, file, video, path in out))
    return found


def _driver(config: TrainingConfig, driver: Driver, clips: list[_Clip]) -> _Clip:
    clip = next((clip for clip in clips if clip.name == driver.clip), None)
    if clip is None:
        raise ManifestError(f"no clip is called {driver.clip}", file=config.path, cure="correct animated.drivers")
    if clip.held_out:
        problem = f"{driver.clip} is held out and drives stills: what is measured on it would have been trained on"
        raise ManifestError(problem, file=config.path, cure="take it out of animated.drivers, or out of held_out")
    return clip


def _stills(config: TrainingConfig, clips: list[_Clip]) -> dict[str, tuple[FileInput, str | None]]:
    """The pictures to animate: file, and seconds into it where it is a clip."""
    animated = config.dataset.animated
    stills: dict[str, tuple[FileInput, str | None]] = {}
    for pattern in animated.pictures:
        if pattern.startswith(SAMPLE):
            paths = [sample_path(pattern.removeprefix(SAMPLE))]
        else:
            paths = sorted(config.root.glob(pattern))
        if not paths:
            raise InputError(f"no picture matches {pattern}", file=config.root, cure="correct animated.pictures")
        stills |= {path.stem: (FileInput(str(path), digest_of(path)), None) for path in paths}
    if animated.clips:
        stills |= {clip.name: (clip.file, str(clip.video["start"])) for clip in clips if not clip.held_out}
    return stills


def _following(video: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of the faces stage for a whole clip; frames without a face are told from `found` later."""
    whole = {"start": video["start"], "stop": None, "tolerant": True}
    gaps = {"max_gap_frames": video["frames"], "expected_frames": video["frames"]}
    shots = {"on_scene_cut": "ignore", "on_face_lost": "hold"}
    return {"kind": "video", "at": None, "select": "largest", **LANDMARKS, **whole, **gaps, **shots}


def _animate(
    plan: DatasetPlan,
    config: TrainingConfig,
    still: tuple[str, tuple[FileInput, str | None]],
    driver: Driver,
    clip: _Clip,
) -> None:
    name, (file, at) = still
    graph, fps = plan.graph, Fraction(config.dataset.animated.fps)
    engine = {"engine": ENGINE, "engine_version": ENGINES[ENGINE].version}
    label = f"{name}__{clip.name}" + (f"@{float(driver.start):g}" if driver.start else "")
    about = {"kind": "image", "at": at, "select": "largest", **LANDMARKS}
    face = graph.add(Task("faces", about, {"media": file}, name, 1))
    crop = graph.add(Task("crop", {**engine, "at": at}, {"media": file, "faces": face.output}, name, 1))
    track = graph.add(Task("faces", _following(clip.video), {"media": clip.file}, clip.name, clip.video["frames"]))
    start = Fraction(clip.video["start"]) + driver.start
    frames = frame_count(min(driver.seconds, Fraction(clip.video["end"]) - start), fps)
    timing = {"start": str(start), "frames": frames, "fps": str(fps), "tolerant": True}
    media: dict[str, Input] = {"media": clip.file, "faces": track.output}
    normal = graph.add(Task("normalize", engine | timing, media, clip.name, frames))
    both: dict[str, Input] = {"crop": crop.output, "clip": normal.output}
    motion = {"motion": Motion().model_dump(mode="json"), "options": {}, "fps": str(fps)}
    prepared = graph.add(Task("prepare", {**engine, **LANDMARKS, **motion}, both, label, frames))
    span = {"range": [0, frames], "fps": str(fps)}
    moved = graph.add(Task("animate", engine | span, both | {"prepared": prepared.output}, label, frames))
    shown = {"start": "0", "end": str(frames / fps), "frames": frames}
    faces = graph.add(Task("faces", _following(shown), {"media": moved.output}, label, frames))
    tube = _tube_task(config, label, {"media": moved.output, "faces": faces.output}, frames)
    plan.tubes.append(TubePlan(label, name, clip.name, held_out=False, task=graph.add(tube)))


def _tube_task(config: TrainingConfig, name: str, inputs: dict[str, Input], frames: int) -> Task:
    return Task("face_crops", config.dataset.tube.model_dump(mode="json"), inputs, name, frames)
