"""Deliver: the sound, cut by samples or copied as it is, joined to the picture, which is not encoded again.

Writes video.mp4 (.mov, .mkv, .webm), or for a sequence the pictures frames/000000.png (.tif, .exr) and on, sound.wav
and stems/NAME.wav beside them, and picture.avi, the same frames for who checks them; poster.* and preview.* where they
are asked for. Every file says that the picture is synthetic. Writes sound.json: how the sound came to be, and what it
measures where it was levelled.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from media.credentials.provenance import Provenance, stamp
from media.ffmpeg import argv
from media.ffmpeg.codecs import SEQUENCE
from media.ffmpeg.run import run_ffmpeg
from media.ffmpeg.sound_codecs import encoding
from media.image.stills import write_still
from media.sound.heard import Laid, carried, in_time, lay
from media.sound.levelling import level, silent
from media.sound.mix import MixInput
from media.video.preview import write_poster, write_preview
from media.video.probe import probe
from media.video.reader import read_frames
from stages import Report


@dataclass(frozen=True)
class _Work:
    """What every step needs. `container`: of the result; "wav" for the sound beside a sequence."""

    settings: Mapping[str, Any]
    inputs: Mapping[str, Path]
    out: Path
    length: Fraction
    frame: Fraction
    container: str
    about: Provenance


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: fps, frames, container, still (a sequence's codec and suffix), about, audio, sound, poster, preview.
    Inputs: picture, and each of the sound's entries.
    """
    frame = 1 / Fraction(settings["fps"])
    about = Provenance(**settings["about"])
    work = _Work(settings, inputs, out, settings["frames"] * frame, frame, settings["container"], about)
    picture = next(inputs["picture"].glob("picture.*"))
    told = _sequence(work, picture, report) if work.container == SEQUENCE else _film(work, picture)
    (out / "sound.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    if settings["poster"]:
        poster = settings["poster"]
        write_poster(picture, out / f"poster{poster['suffix']}", at=Fraction(poster["at"]), about=about)
    if settings["preview"]:
        how = dict(settings["preview"])
        write_preview(picture, out / f"preview{how.pop('suffix')}", about=about, **how)
    report(settings["frames"], settings["frames"])
    return {"frames_out": settings["frames"], **told}


def _film(work: _Work, picture: Path) -> dict[str, Any]:
    """One file with everything in it."""
    video = work.out / f"video.{work.container}"
    told = _copied(work, picture, video)
    if told is None:
        tracks, told = _tracks(work)
        _join(work, picture, video, tracks)
        for track in tracks:
            track.path.unlink()
    stamp(video, work.container, work.about)
    return told


def _copied(work: _Work, picture: Path, video: Path) -> dict[str, Any] | None:
    """The source's own packets, if that is possible and stays in time; None: it is not, and nothing is left."""
    audio, sound = work.settings["audio"], work.settings["sound"]
    if not audio["copy"] or sound["loudness"] is not None or sound["stems"]:
        return None
    codec = None if audio["any"] else audio["codec"]
    entries = _entries(work, sound["entries"])
    source = carried(entries, container=work.container, codec=codec, length=work.length, frame=work.frame)
    if source is None:
        return None
    _join(work, picture, video, [argv.Track(source[0], number=source[1])], work.length)
    if in_time(probe(video), length=work.length, frame=work.frame):
        return {"sound": "copied"}
    video.unlink()
    return None


def _join(
    work: _Work, picture: Path | None, video: Path, tracks: list[argv.Track], duration: Fraction | None = None
) -> None:
    container = work.container if picture else "wav"
    tags = work.about.container_tags(container)
    command = argv.mux(video, container=container, video=picture, tracks=tracks, duration=duration, metadata=tags)
    run_ffmpeg(command, stage="mux", file=video)


def _tracks(work: _Work) -> tuple[list[argv.Track], dict[str, Any]]:
    """The mix and the stems as files to be encoded, and what there is to tell."""
    sound, audio = work.settings["sound"], work.settings["audio"]
    if not sound["entries"]:
        return [], {"sound": "none"}
    mixed = lay(_entries(work, sound["entries"]), work.out / "mix.wav", length=work.length)
    told: dict[str, Any] = {"sound": "encoded", "samples": mixed.samples}
    if sound["loudness"] is not None:
        mixed, told["measured"] = _levelled(work, mixed, float(sound["loudness"]))
    tracks = [_track(mixed, "", audio)]
    for number, stem in enumerate(sound["stems"]):
        laid = lay(_entries(work, stem["entries"]), work.out / f"stem{number}.wav", length=work.length)
        tracks.append(_track(laid, stem["name"], audio))
    return tracks, told


def _levelled(work: _Work, mixed: Laid, target: float) -> tuple[Laid, dict[str, Any]]:
    """The mix at the loudness that is asked for, measured as it will be delivered."""
    path = work.out / "levelled.wav"
    laid = Laid(path, mixed.rate, mixed.channels, mixed.samples, whole=False)

    def delivered(wav: Path, folder: Path) -> Path:
        heard = folder / "heard.mkv"
        track = argv.Track(wav, options=_track(laid, "", work.settings["audio"]).options)
        run_ffmpeg(argv.mux(heard, container="mkv", video=None, tracks=[track]), stage="mux", file=heard)
        return heard

    found = level(mixed.path, path, rate=mixed.rate, target=target, delivered=delivered)
    mixed.path.unlink()
    measured = None if silent(found) else {"integrated": found.integrated, "true_peak": found.true_peak}
    return laid, {"loudness": measured}


def _track(laid: Laid, title: str, audio: Mapping[str, Any]) -> argv.Track:
    options = encoding(audio["codec"], channels=laid.channels, whole=laid.whole, kbps=audio["kbps"])
    return argv.Track(laid.path, title, options)


def _entries(work: _Work, planned: list[Mapping[str, Any]]) -> list[MixInput]:
    """The plan's sounds; what would begin before the picture is cut off."""
    return [_entry(each, work.inputs) for each in planned]


def _entry(entry: Mapping[str, Any], inputs: Mapping[str, Path]) -> MixInput:
    place = inputs[entry["input"]]
    offset = Fraction(entry["offset"])
    early = max(-offset, Fraction(0))
    return MixInput(
        place / "vocals.wav" if place.is_dir() else place,
        stream=entry["stream"],
        gain_db=entry["gain_db"],
        pan=entry["pan"],
        offset=max(offset, Fraction(0)),
        start=Fraction(entry["start"]) + early,
        duration=None if entry["length"] is None else max(Fraction(0), Fraction(entry["length"]) - early),
        fade_in=Fraction(entry["fade_in"]),
        fade_out=Fraction(entry["fade_out"]),
    )


def _sequence(work: _Work, picture: Path, report: Report) -> dict[str, Any]:
    """A file a frame, and the sound beside them."""
    folder, still = work.out / "frames", work.settings["still"]
    folder.mkdir()
    shutil.copyfile(picture, work.out / picture.name)
    for number, frame in enumerate(read_frames(picture)):
        write_still(folder / f"{number:06d}{still['suffix']}", frame, still["codec"], work.about)
        report(number + 1, work.settings["frames"])
    tracks, told = _tracks(work)
    for track in tracks:
        place = work.out / "stems" / f"{track.title}.wav" if track.title else work.out / "sound.wav"
        place.parent.mkdir(exist_ok=True)
        _join(work, None, place, [argv.Track(track.path, options=track.options)])
        track.path.unlink()
    return told
