"""The plan of a run in the published demo's way: one source picture, one clip, no manifest and no crop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from engines import ENGINES
from foundation.digests import digest_of
from foundation.errors import InputError
from foundation.times import frame_count
from landmarks import backend_settings
from pipeline.manifest.parts.output import AudioCodec, Output
from pipeline.plan.clip import refuse_still
from pipeline.plan.delivery import film_settings
from pipeline.plan.encoder import audio_settings, choose_encoder, encode_settings
from pipeline.plan.graph import Graph
from pipeline.plan.sound import entry
from pipeline.plan.task import FileInput, Input, Task


@dataclass(frozen=True)
class Demo:
    """What is asked for.

    Attributes:
        config, checkpoint, source, driving: files. shape: (height, width) that pictures are squeezed to.
        mode: standard | relative | avd. best: measure motion from the frame that is most like the source.
        precision, device: as of the engine. suffix: of the result, .mp4 or .mkv (lossless). title: in its metadata.
    """

    config: Path
    checkpoint: Path
    source: Path
    driving: Path
    shape: tuple[int, int]
    mode: str
    best: bool
    precision: str
    device: str
    suffix: str
    title: str


@dataclass(frozen=True)
class DemoJob:
    """What is asked for, with its files found, and the task that reads what the clip is."""

    demo: Demo
    files: dict[str, FileInput]
    probe: Task


@dataclass(frozen=True)
class DemoPlan:
    """Everything that the run does. `picture`, `video`, `result`: the tasks that make, mux and check it."""

    graph: Graph
    picture: Task
    video: Task
    result: Task
    sounds: bool


def build_demo(demo: Demo) -> DemoJob:
    """Find and hash the files.

    Raises: InputError naming the flag of a file that is missing.
    """
    flags = {
        "config": ("--config", demo.config),
        "checkpoint": ("--checkpoint", demo.checkpoint),
        "source": ("--source_image", demo.source),
        "media": ("--driving_video", demo.driving),
    }
    files = {name: _file(flag, path) for name, (flag, path) in flags.items()}
    return DemoJob(demo, files, Task("probe", {}, {"media": files["media"]}))


def expand_demo(job: DemoJob, facts: Mapping[str, Any]) -> DemoPlan:
    """The plan; `facts`: what the probe said of the clip.

    Raises: InputError: the clip is no video, or not whole.
    """
    demo, video = job.demo, facts["video"]
    if video is None:
        raise InputError("has no video stream", file=demo.driving, cure="name a video as --driving_video")
    refuse_still(video, file=str(demo.driving))
    if video["truncated"]:
        raise InputError(
            f"is truncated: it announces {video['expected_frames']} frames and holds {video['frames']}",
            file=demo.driving,
            cure="get the whole file, or use a manifest with driving.allow_truncated",
        )
    graph = Graph()
    graph.add(job.probe)
    start, fps = Fraction(video["start"]), Fraction(video["fps"])
    length = Fraction(video["end"]) - start
    frames = frame_count(length, fps)
    timing = {"fps": str(fps), "frames": frames}
    how = {"mode": demo.mode, "precision": demo.precision, "device": demo.device, "shape": list(demo.shape)}
    output = Output(path=f"result{demo.suffix}", audio=AudioCodec(codec="auto" if demo.suffix == ".mp4" else "pcm"))
    written = {"video": encode_settings(output, choose_encoder(output).encoder)}
    version = {"engine_version": ENGINES["tpsmm"].version, "start": str(start)}
    inputs: dict[str, Input] = {**job.files}
    if demo.best:
        inputs |= _faces(job, graph, video)
    picture = graph.add(Task("demo", version | timing | how | written, inputs, None, frames))
    sounds = bool(facts["audio"])
    sound = {"entries": [entry("sound0", start)] if sounds else [], "stems": [], "loudness": None}
    about = film_settings(demo.suffix[1:], demo.title, learned=True, manifest="")
    about |= {"audio": audio_settings(output), "sound": sound}
    heard: dict[str, Input] = {"sound0": job.files["media"]} if sounds else {}
    muxed = graph.add(Task("mux", timing | about, {"picture": picture.output, **heard}, None, frames))
    size = [demo.shape[1], demo.shape[0]]
    expected = timing | {"size": size, "sound": sound, "performers": [], "limits": {}, "enabled": True, "soft": True}
    expected["codec"] = written["video"]["codec"]
    result = graph.add(Task("check", expected, {"video": muxed.output, **heard}, None, frames))
    return DemoPlan(graph, picture, muxed, result, sounds)


def _faces(job: DemoJob, graph: Graph, video: Mapping[str, Any]) -> dict[str, Input]:
    """The tasks that find the source's face and the driver's in every frame, however long it is lost in between."""
    common = {"select": "largest", **backend_settings(), "at": None}
    still = graph.add(Task("faces", common | {"kind": "image"}, {"media": job.files["source"]}, None, 1))
    whole = {
        "kind": "video",
        "start": video["start"],
        "stop": None,
        "max_gap_frames": video["frames"],
        "expected_frames": video["frames"],
        "tolerant": False,
        "on_scene_cut": "ignore",
        "on_face_lost": "hold",
    }
    moving = graph.add(Task("faces", common | whole, {"media": job.files["media"]}, None, video["frames"]))
    return {"source_face": still.output, "faces": moving.output}


def _file(flag: str, path: Path) -> FileInput:
    try:
        return FileInput(str(path), digest_of(path))
    except OSError as error:
        problem = "does not exist" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
        fetched = ", or run `models fetch vox` and leave it out" if flag == "--checkpoint" else ""
        raise InputError(problem, file=path, cure=f"correct {flag}{fetched}") from error
