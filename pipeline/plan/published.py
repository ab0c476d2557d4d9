"""The plan of a run in the published demo's way: one source picture, one clip, no manifest and no crop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from engines import ENGINES
from foundation.codec import encode as as_json
from foundation.digests import digest_of
from foundation.errors import InputError
from foundation.face_choice import FaceChoice
from foundation.reading import why
from foundation.times import frame_count
from media.credentials.provenance import TRAINED, Provenance
from media.files.info import MediaInfo, VideoInfo
from pipeline.manifest.parts.output import AudioCodec, Output
from pipeline.plan.clip import refuse_still
from pipeline.plan.encoder import audio_of, choose_encoder, encode_of
from pipeline.plan.graph import Graph
from pipeline.plan.looking import backend_use, whole_clip
from pipeline.plan.task import FileInput, Task
from stages.artifacts import Edited, File, Film, Media
from stages.contracts import check, faces, mux, probe
from stages.contracts import demo as demo_stage
from stages.contracts.shared import EngineUse, Timing
from stages.contracts.sound import Sound, SoundEntry
from stages.findings import Track, Verdict


@dataclass(frozen=True)
class Demo:
    """What is asked for.

    Attributes:
        config, checkpoint, source, driving: files.
        shape: (height, width) that pictures are squeezed to.
        engine: whose demo.
        options: its own Options.
        best: measure motion from the frame that is most like the source; else from frame `reference`.
        suffix: of the result, .mp4 or .mkv (lossless).
        title: in its metadata.
    """

    config: Path
    checkpoint: Path
    source: Path
    driving: Path
    shape: tuple[int, int]
    engine: str
    options: object
    best: bool
    reference: int
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
    """Everything that the run does: the picture, with its sound, and what the checks say of it."""

    graph: Graph
    picture: Edited
    video: Film
    verdict: Verdict
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
    reading = probe.Inputs(media=Media(files["media"]))
    return DemoJob(demo, files, Task.of(probe.CONTRACT, probe.Settings(), reading))


def expand_demo(job: DemoJob, info: MediaInfo) -> DemoPlan:
    """The plan.

    Args:
        info: what the clip is.
    Raises:
        InputError: the clip is no video, or not whole.
    """
    demo, video = job.demo, info.video
    if video is None:
        raise InputError("has no video stream", file=demo.driving, cure="name a video as --driving_video")
    refuse_still(video, file=str(demo.driving))
    if video.truncated:
        raise InputError(
            f"is truncated: it announces {video.expected_frames} frames and holds {video.frames}",
            file=demo.driving,
            cure="get the whole file, or use a manifest with driving.allow_truncated",
        )
    graph, media = Graph(), Media(job.files["media"])
    graph.add(job.probe)
    timing = Timing(start=video.start, frames=frame_count(video.duration, video.fps), fps=video.fps)
    output = Output(path=f"result{demo.suffix}", audio=AudioCodec(codec="auto" if demo.suffix == ".mp4" else "pcm"))
    encode = encode_of(output, choose_encoder(output).encoder)
    source_face, faces_seen = _faces(job, graph, video) if demo.best else (None, None)
    picture = graph.plan(
        demo_stage.CONTRACT,
        demo_stage.Settings(
            engine=EngineUse(name=demo.engine, version=ENGINES[demo.engine].version),
            options=as_json(demo.options),
            timing=timing,
            shape=demo.shape,
            video=encode,
            reference=demo.reference,
        ),
        demo_stage.Inputs(
            config=File(job.files["config"]),
            checkpoint=File(job.files["checkpoint"]),
            source=Media(job.files["source"]),
            media=media,
            source_face=source_face,
            faces=faces_seen,
        ),
        None,
        timing.frames,
    )
    heard = (media,) if info.audio else ()
    sound = Sound(entries=(SoundEntry(source=0, start=video.start),) if info.audio else ())
    settings = mux.Settings(
        fps=timing.fps,
        frames=timing.frames,
        container=demo.suffix[1:],
        about=Provenance(title=demo.title, source_type=TRAINED),
        audio=audio_of(output),
        sound=sound,
    )
    film = graph.plan(mux.CONTRACT, settings, mux.Inputs(picture=picture, sounds=heard), None, timing.frames)
    promised = check.Settings(
        fps=timing.fps,
        frames=timing.frames,
        size=(demo.shape[1], demo.shape[0]),
        codec=encode.codec,
        sound=sound,
        performers=(),
        limits={},
        enabled=True,
        soft=True,
    )
    verdict = graph.plan(check.CONTRACT, promised, check.Inputs(video=film, sounds=heard), None, timing.frames)
    return DemoPlan(graph, picture, film, verdict, bool(info.audio))


def _faces(job: DemoJob, graph: Graph, video: VideoInfo) -> tuple[Track, Track]:
    """The source's face, and the driver's in every frame, however long it is lost in between."""
    still = faces.Settings(select=FaceChoice(), backend=backend_use())
    source = graph.plan(faces.CONTRACT, still, faces.Inputs(media=Media(job.files["source"])), None, 1)
    whole = replace(still, following=whole_clip(video, tolerant=False))
    moving = graph.plan(faces.CONTRACT, whole, faces.Inputs(media=Media(job.files["media"])), None, video.frames)
    return source, moving


def _file(flag: str, path: Path) -> FileInput:
    try:
        return FileInput(str(path), digest_of(path))
    except OSError as error:
        fetched = ", or run `models fetch vox` and leave it out" if flag == "--checkpoint" else ""
        raise InputError(why(error), file=path, cure=f"correct {flag}{fetched}") from error
