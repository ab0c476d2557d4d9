"""animate: one portrait, one clip, no manifest; in our form, or in the published demo's own."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from engines import names
from engines.motion_files import is_motion_file
from foundation.errors import ManifestError
from pipeline.cli.job import store_at
from pipeline.cli.keeping import KeepOption
from pipeline.cli.liveportrait import ENGINE, LivePortraitFlags
from pipeline.cli.options import WORK, Debug, Fps, Json, Online, Work, Workers, are_numbered
from pipeline.cli.published import Flags, animate_published
from pipeline.cli.render import render
from pipeline.cli.runs import Running
from pipeline.cli.template import check_form, write_template
from pipeline.executors.base import Circumstances
from pipeline.manifest.load import LoadedManifest, validate
from pipeline.plan.keep import Keep

SIZE = (1280, 720)
DEMO = "The published demo's form"
LIVEPORTRAIT = "LivePortrait's form, with --engine liveportrait"

Portrait = Annotated[str | None, typer.Argument(metavar="PORTRAIT", help="A picture with a face, or sample:astronaut.")]
Clip = Annotated[
    str | None,
    typer.Argument(
        metavar="CLIP",
        help="A video of a face, sample:carphone, numbered pictures: shots/take_%04d.png with --fps, or, for "
        "liveportrait, a motion template (.pkl).",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="The video to write (.mp4); of a clip alone, its motion template (.pkl)."),
]

Engine = Annotated[str | None, typer.Option("--engine", help=f"{', '.join(names())}.", show_default="auto")]
Size = Annotated[
    tuple[int, int] | None,
    typer.Option(
        "--size", metavar="WIDTH HEIGHT", help="The video's size in pixels, even numbers.", show_default="1280 720"
    ),
]
Sheet = Annotated[bool, typer.Option("--sheet", help="Write a contact sheet beside the video.")]
Report = Annotated[bool, typer.Option("--report", help="Write a report beside the video.")]


def _flag(name: str, text: str, default: str | None = None) -> Any:
    return typer.Option(f"--{name}", help=text, rich_help_panel=DEMO, show_default=default or False)


def _theirs(name: str, text: str, *more: str, off: bool = False) -> Any:
    """A flag of LivePortrait's, with hyphens or underscores."""
    names = [f"--{name}", *([f"--{name.replace('_', '-')}"] if "_" in name else []), *more]
    declared = [f"{one}/--no-{one[2:]}" for one in names] if off else names
    return typer.Option(*declared, help=text, rich_help_panel=LIVEPORTRAIT, show_default=False)


def run(
    portrait: Portrait = None,
    clip: Clip = None,
    *,
    output: Output = None,
    engine: Engine = None,
    size: Size = None,
    fps: Fps = None,
    sheet: Sheet = False,
    report: Report = False,
    config: Annotated[Path | None, _flag("config", "The model's config, such as config/vox-256.yaml.")] = None,
    checkpoint: Annotated[
        Path | None, _flag("checkpoint", "The model's checkpoint.", "checkpoints/vox.pth.tar, else the fetched one")
    ] = None,
    source_image: Annotated[
        Path | None, _flag("source_image", "The picture to animate, used whole.", "assets/source.png")
    ] = None,
    driving_video: Annotated[
        Path | None, _flag("driving_video", "The clip to follow, used whole.", "assets/driving.mp4")
    ] = None,
    result_video: Annotated[
        Path | None, _flag("result_video", "The video to write; .mkv is lossless.", "result.mp4")
    ] = None,
    mode: Annotated[str | None, _flag("mode", "standard, relative or avd.", "relative")] = None,
    relative: Annotated[bool, _flag("relative", "fomm: move as the driver moves away from its first frame.")] = False,
    adapt_scale: Annotated[bool, _flag("adapt_scale", "fomm: scale movements by the size of the faces.")] = False,
    find_best_frame: Annotated[
        bool,
        _flag("find_best_frame", "Measure motion from the frame most like the source, by face landmarks."),
    ] = False,
    best_frame: Annotated[int | None, _flag("best_frame", "fomm: measure motion from this frame.")] = None,
    img_shape: Annotated[
        str | None, _flag("img_shape", "HEIGHT,WIDTH that the model was trained on.", "256,256")
    ] = None,
    precision: Annotated[str | None, _flag("precision", "fp32, fast, bf16 or fp16 (CUDA).", "fast")] = None,
    cpu: Annotated[bool, _flag("cpu", "Use the CPU even where there is CUDA.")] = False,
    source: Annotated[str | None, _theirs("source", "PORTRAIT.", "-s")] = None,
    driving: Annotated[str | None, _theirs("driving", "CLIP.", "-d")] = None,
    driving_option: Annotated[str | None, _theirs("driving_option", "expression-friendly or pose-friendly.")] = None,
    driving_multiplier: Annotated[float | None, _theirs("driving_multiplier", "Of all motion.")] = None,
    animation_region: Annotated[str | None, _theirs("animation_region", "all, exp, pose, lip or eyes.")] = None,
    flag_stitching: Annotated[bool | None, _theirs("flag_stitching", "Keep the crop's border.", off=True)] = None,
    flag_relative_motion: Annotated[
        bool | None, _theirs("flag_relative_motion", "Relative, not absolute.", off=True)
    ] = None,
    flag_normalize_lip: Annotated[bool | None, _theirs("flag_normalize_lip", "Begin from shut lips.", off=True)] = None,
    flag_eye_retargeting: Annotated[
        bool | None, _theirs("flag_eye_retargeting", "Eyes as far open as the driver's.", off=True)
    ] = None,
    flag_lip_retargeting: Annotated[
        bool | None, _theirs("flag_lip_retargeting", "Lips as far open as the driver's.", off=True)
    ] = None,
    flag_pasteback: Annotated[
        bool | None, _theirs("flag_pasteback", "Back into the whole picture; else the crop alone.", off=True)
    ] = None,
    flag_do_crop: Annotated[
        bool | None, _theirs("flag_do_crop", "Cut the portrait's face out: always.", off=True)
    ] = None,
    flag_crop_driving_video: Annotated[
        bool | None, _theirs("flag_crop_driving_video", "Cut the driver's face out: always.", off=True)
    ] = None,
    flag_use_half_precision: Annotated[
        bool | None, _theirs("flag_use_half_precision", "As the device is fastest; else fp32.", off=True)
    ] = None,
    flag_force_cpu: Annotated[bool | None, _theirs("flag_force_cpu", "Even where there is a GPU.", off=True)] = None,
    flag_source_video_eye_retargeting: Annotated[
        bool | None,
        _theirs("flag_source_video_eye_retargeting", "Of a video as the portrait: hold its eyes open.", off=True),
    ] = None,
    driving_smooth_observation_variance: Annotated[
        float | None,
        _theirs("driving_smooth_observation_variance", "Of a video as the portrait: how much motion is smoothed."),
    ] = None,
    audio_priority: Annotated[
        str | None, _theirs("audio_priority", "driving, or source: the sound of a video as the portrait.")
    ] = None,
    work: Work = WORK,
    workers: Workers = 0,
    keep: KeepOption = Keep.SOURCES,
    online: Online = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    flags = Flags(
        config,
        checkpoint,
        source_image,
        driving_video,
        result_video,
        img_shape,
        mode,
        relative,
        adapt_scale,
        find_best_frame,
        best_frame,
        precision,
        cpu,
    )
    theirs = LivePortraitFlags(
        source,
        driving,
        driving_option,
        driving_multiplier,
        animation_region,
        flag_stitching,
        flag_relative_motion,
        flag_normalize_lip,
        flag_eye_retargeting,
        flag_lip_retargeting,
        flag_pasteback,
        flag_do_crop,
        flag_crop_driving_video,
        flag_use_half_precision,
        flag_force_cpu,
        flag_source_video_eye_retargeting,
        driving_smooth_observation_variance,
        audio_priority,
    )
    theirs.refuse_elsewhere(engine)
    section: dict[str, Any] = {}
    if engine == ENGINE:
        section = theirs.performer(config, checkpoint)
        portrait, clip = portrait or source, clip or driving
        flags = replace(flags, config=None, checkpoint=None)
    ours = {"PORTRAIT": portrait, "CLIP": clip, "--output": output, "--engine": engine, "--size": size, "--fps": fps}
    own = [name for name, value in (ours | {"--engine": None, "--sheet": sheet, "--report": report}).items() if value]
    if flags.given and own:
        raise ManifestError(
            f"{', '.join(own)} cannot go with {', '.join(flags.given)}",
            cure="write animate PORTRAIT CLIP -o OUT, or the published demo's flags alone",
        )
    store = store_at(work)
    how = Circumstances(workers=workers, online=online is not False)
    running = Running("local", how, "json" if as_json else "auto", keep)
    if flags.given:
        animate_published(engine, flags, store, running)
        return
    if output is not None and is_motion_file(output):
        check_form(engine, portrait, clip)
        write_template(output, _followed(str(clip), fps), {"engine": engine, **section}, store, running)
        return
    if portrait is None or clip is None or output is None:
        lacking = next(name for name in ("PORTRAIT", "CLIP", "--output") if ours[name] is None)
        raise ManifestError(f"{lacking} is missing", cure="write animate PORTRAIT CLIP -o OUT")
    performer = {"portrait": portrait, "driving": _followed(clip, fps), "engine": engine or "auto"}
    data: dict[str, Any] = {
        "version": 1,
        "title": output.stem,
        "performers": {"portrait": performer | section},
        "audio": {"source": theirs.sound(portrait)},
        "output": {"path": str(output), "size": list(size or SIZE)},
    }
    loaded = LoadedManifest(validate(data, Path("animate")), Path.cwd(), output.stem)
    render([loaded], store, running, sheet=sheet, report=report)


def _followed(clip: str, fps: Fraction | None) -> dict[str, str]:
    """The clip as a manifest has it."""
    return {"video": clip, "fps": str(fps)} if are_numbered(clip, fps) else {"video": clip}
