"""inspect: what a media file is, how loud, where it is cut, and the faces in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from foundation.atomic import check_writable
from foundation.errors import ManifestError
from landmarks import BACKENDS, DEFAULT
from media.files.info import MediaInfo
from media.files.numbered import numbered_pictures
from media.samples import SAMPLE, sample_path
from pipeline.cli.job import store_at
from pipeline.cli.options import WORK, Debug, Fps, Json, Work, are_numbered
from pipeline.cli.runs import Running
from pipeline.cli.vocals import sung_vocals
from pipeline.cli.written import Written, refuse_losses
from pipeline.plan.sources import VOCALS

Media = Annotated[
    str,
    typer.Argument(
        metavar="MEDIA",
        help="A video, a picture, a sound, sample:NAME, or numbered pictures: shots/take_%04d.png with --fps.",
    ),
]
Backend = Annotated[str, typer.Option("--landmarks", help=f"One of {', '.join(BACKENDS)}.")]
Sheet = Annotated[Path | None, typer.Option("--sheet", help="Write the faces as a contact sheet: NAME.png.")]
Shots = Annotated[bool, typer.Option("--shots/--no-shots", help="Read a whole video to find its scene cuts.")]


def run(
    media: Media,
    *,
    fps: Fps = None,
    landmarks: Backend = DEFAULT,
    sheet: Sheet = None,
    shots: Shots = True,
    work: Work = WORK,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    path = _file(media, work)
    if sheet is not None and sheet.suffix.lower() != ".png":
        raise ManifestError("the contact sheet must be a file that ends in .png", file=sheet, cure="choose such a name")
    numbered = are_numbered(media, fps)
    if sheet is not None:
        shown = numbered_pictures(path) if numbered else [path]
        refuse_losses([Written(sheet, "the contact sheet", "choose another --sheet")], shown)
        check_writable(sheet.absolute())
    from pipeline.cli.looking import looked_at, write_sheet

    told, info, lines = looked_at(path, fps if numbered else None, landmarks, shots=shots)
    if sheet is not None and lines:
        write_sheet(sheet.absolute(), lines)
        told["sheet"] = str(sheet)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _show(told, info)


def _file(media: str, work: Path) -> Path:
    """The file that is meant. The sample vocal is sung first."""
    if media == VOCALS:
        return sung_vocals(store_at(work), Running())
    return sample_path(media.removeprefix(SAMPLE)) if media.startswith(SAMPLE) else Path(media)


def _show(told: dict[str, Any], info: MediaInfo | None) -> None:
    typer.echo(told["file"])
    if info and info.video:
        _show_video(told, info)
    elif not info:
        typer.echo(f"picture  {told['size'][0]}x{told['size'][1]}")
    for sound in info.audio if info else ():
        start = f", from {float(sound.start):.3f} s" if sound.start else ""
        typer.echo(
            f"sound    {sound.codec} {sound.sample_rate} Hz {sound.layout}, {float(sound.duration):.3f} s{start}"
        )
    if info and not info.audio:
        typer.echo("sound    none")
    if info and info.audio:
        loud, peak = told["loudness_lufs"], told["true_peak_dbtp"]
        typer.echo("loudness silent" if loud is None else f"loudness {loud} LUFS, peak {peak} dBTP")
    for look in told.get("faces", []):
        faces = [f"at {face['at']}, {face['height']:.0f} px high" for face in look["found"]]
        when = f"{look['seconds']:.2f} s" if info else ""
        typer.echo(f"faces    {when:>8} {len(faces)}: {'; '.join(faces) or 'none found'}")
    if "sheet" in told:
        typer.echo(f"sheet    {told['sheet']}")


def _show_video(told: dict[str, Any], info: MediaInfo) -> None:
    video = info.video
    assert video is not None  # noqa: S101  (asked before)
    rate = f"{video.fps} a second ({float(video.fps):.3f}{', variable' if video.variable else ''})"
    shown = f", turned by {video.rotation} degrees" if video.rotation else ""
    shown += ", mirrored" if video.mirrored else ""
    shown += f", pixels {video.sar.numerator}:{video.sar.denominator}" if video.sar != 1 else ""
    typer.echo(f"video    {video.codec} {video.width}x{video.height}{shown}, {video.frames} frames at {rate}")
    kind = {"smpte2084": "HDR (PQ)", "arib-std-b67": "HDR (HLG)"}.get(video.color_transfer, "SDR")
    levels = {"tv": ", limited range", "pc": ", full range"}.get(video.color_range, "")
    fields = ", interlaced" if video.interlaced else ""
    typer.echo(f"colour   {kind}, {video.bits} bits, {video.pix_fmt}, matrix {video.color_space}{levels}{fields}")
    whole = f"TRUNCATED: {video.expected_frames} frames are announced" if video.truncated else "whole"
    start = f", from {float(video.start):.3f} s" if video.start else ""
    typer.echo(f"length   {float(video.duration):.3f} s{start}, {whole}")
    if "cuts" in told:
        at = ", ".join(f"{cut:.2f} s" for cut in told["cuts"])
        typer.echo(f"shots    {len(told['cuts']) + 1}{f', cut at {at}' if at else ''}")
