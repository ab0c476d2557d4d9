"""live: a portrait that moves with a camera, or a clip, while it is filmed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foundation.errors import InputError, ManifestError
from media.ffmpeg.argv_stream import is_address
from media.samples import SAMPLE, sample_path
from pipeline.cli.options import Debug, Json
from pipeline.cli.written import Written, refuse_losses

if TYPE_CHECKING:
    from foundation.geometry import Image
    from pipeline.live.outputs import Output
    from pipeline.live.show import Figures

WINDOW, CAMERA = "window", "camera"
CONTAINERS = ("mp4", "mov", "mkv")
MOST_RATE = 60
Portrait = Annotated[str, typer.Argument(metavar="PORTRAIT", help="A picture with a face, or sample:astronaut.")]
Camera = Annotated[int | None, typer.Option("--camera", min=0, help="The camera's number.", show_default="0")]
Video = Annotated[
    str | None,
    typer.Option("--video", metavar="FILE", help="A clip instead of a camera; sample:NAME."),
]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="window|camera|FILE|rtmp://...",
        help="Where pictures go: a window, a camera that other programs see (pyvirtualcam), a video "
        f"(.{', .'.join(CONTAINERS)}), or an RTMP address.",
    ),
]
Size = Annotated[
    tuple[int, int] | None,
    typer.Option("--size", metavar="WIDTH HEIGHT", help="Of the pictures, even.", show_default="the portrait's"),
]
Engine = Annotated[str, typer.Option("--engine", help="One that follows live.")]
Seconds = Annotated[float | None, typer.Option("--seconds", min=0.1, help="End after so long.")]


def run(
    portrait: Portrait,
    *,
    camera: Camera = None,
    video: Video = None,
    to: To = WINDOW,
    size: Size = None,
    engine: Engine = "landmark_tps",
    seconds: Seconds = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    if camera is not None and video is not None:
        raise ManifestError("--camera and --video cannot go together", cure="choose one of them")
    if size and (min(size) < 2 or size[0] % 2 or size[1] % 2):
        raise ManifestError(f"--size needs even numbers, not {size[0]} {size[1]}", cure="such as --size 640 480")
    file, clip = _file(portrait), None if video is None else _file(video)
    target = _target(to, [path for path in (file, clip) if path])

    from pipeline.live.show import show
    from pipeline.live.stage import on_stage

    def tell(line: str) -> None:
        typer.echo(json.dumps({"event": "Notice", "text": line}, ensure_ascii=False) if as_json else line)

    with on_stage(file, engine, size, tell) as (looks, performer):
        frames, fps = _frames(camera or 0, clip)
        output = _output(target, performer.sitter.size, fps)
        try:
            figures = show(frames, looks, performer, output, seconds)
        except InputError:  # a camera that is lost: what was shown before is somebody's recording
            (output.close if performer.following else output.discard)()
            raise
        except BaseException:
            output.discard()
            raise
        output.close()
    _told(figures, target, as_json)


def _file(written: str) -> Path:
    return sample_path(written.removeprefix(SAMPLE)) if written.startswith(SAMPLE) else Path(written)


def _target(to: str, read: list[Path]) -> str | Path:
    """Where pictures go: a file, or a word or an address as it is written.

    Raises:
        ManifestError: it is none of these, or an input.
    """
    if to in (WINDOW, CAMERA) or is_address(to):
        return to
    path = Path(to).absolute()
    if "://" in to or path.suffix[1:].lower() not in CONTAINERS:
        kinds = f"{WINDOW}, {CAMERA}, an rtmp:// address or a file that ends in .{', .'.join(CONTAINERS)}"
        raise ManifestError(f"--to takes {kinds}", cure="correct --to")
    refuse_losses([Written(path, "the video", "choose another --to")], read)
    return path


def _frames(camera: int, clip: Path | None) -> tuple[Iterator[Image], Fraction]:
    """What is filmed, and at which rate."""
    from media.video.camera import RATE, camera_frames, clip_frames
    from media.video.probe import probe

    if clip is None:
        return camera_frames(camera), Fraction(RATE)
    found = probe(clip).video
    if found is None:
        raise InputError("it has no picture", file=clip, cure="give a video")
    return clip_frames(clip), min(found.fps, Fraction(MOST_RATE))


def _output(target: str | Path, size: tuple[int, int], fps: Fraction) -> Output:
    from pipeline.live.outputs import Recording, Stream, VirtualCamera, Window

    if isinstance(target, Path):
        return Recording(target, size, fps)
    if target == WINDOW:
        return Window(size, "Duet")
    return VirtualCamera(size, fps) if target == CAMERA else Stream(target, size, fps)


def _told(figures: Figures, target: str | Path, as_json: bool) -> None:
    told = figures.to_json()
    written = {"video": str(target)} if isinstance(target, Path) else {}
    if as_json:
        typer.echo(json.dumps({"event": "Done", **told, **written}, ensure_ascii=False))
        return
    rate, delay = f"{told['pictures_a_second']} pictures a second", f"{told['delay_ms']:.0f} ms (median)"
    slow, dropped = (
        f"{told['delay_ms_p95']:.0f} ms (95 of 100)",
        f"{told['dropped']} of {told['frames']} frames dropped",
    )
    typer.echo(f"live    {rate} for {told['seconds']} s; delay {delay}, {slow}; {dropped}")
    if written:
        typer.echo(f"video   {target}")
