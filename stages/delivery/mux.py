"""Deliver: the sound, cut by samples or copied as it is, joined to the picture, which is not encoded again.

Writes video.mp4 (.mov, .mkv, .webm), or for a sequence the pictures frames/000000.png (.tif, .exr) and on, sound.wav
and stems/NAME.wav beside them, and picture.avi, the same frames for who checks them; poster.* and preview.* where they
are asked for. Every file says that the picture is synthetic.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media.credentials.provenance import stamp
from media.ffmpeg import argv
from media.ffmpeg.codecs import SEQUENCE
from media.ffmpeg.run import run_ffmpeg
from media.ffmpeg.sound_codecs import encoding
from media.image.stills import write_still
from media.sound.heard import Laid, carried, in_time, lay
from media.sound.levelling import level, silent
from media.sound.mix import MixInput
from media.video.preview import write_poster, write_preview
from media.video.probe import has_alpha_beside, probe
from media.video.reader import read_frames
from stages.artifacts import Media
from stages.contract import Report
from stages.contracts.mux import AudioEncode, Facts, Inputs, Measured, Settings
from stages.contracts.sound import SoundEntry


@dataclass(frozen=True)
class _Work:
    """What every step needs.

    Attributes:
        length: of the result, seconds.
        frame: of one frame, seconds.
    """

    settings: Settings
    sounds: tuple[Media, ...]
    out: Path
    length: Fraction
    frame: Fraction


@dataclass(frozen=True)
class _Told:
    """How the sound came to be, as in Facts."""

    sound: str
    samples: int | None = None
    measured: Measured | None = None


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the result."""
    frame, about = 1 / settings.fps, settings.about
    work = _Work(settings, inputs.sounds, out, settings.frames * frame, frame)
    picture = inputs.picture.video
    told = _sequence(work, picture, report) if settings.container == SEQUENCE else _film(work, picture)
    if settings.poster:
        write_poster(picture, out / f"poster{settings.poster.suffix}", at=settings.poster.at, about=about)
    if settings.preview:
        loop = settings.preview
        path = out / f"preview{loop.suffix}"
        write_preview(
            picture, path, start=loop.start, seconds=loop.seconds, width=loop.width, fps=loop.fps, about=about
        )
    report(settings.frames, settings.frames)
    return Facts(frames=settings.frames, sound=told.sound, samples=told.samples, measured=told.measured)


def _film(work: _Work, picture: Path) -> _Told:
    """One file with everything in it."""
    video = work.out / f"video.{work.settings.container}"
    told = _copied(work, picture, video)
    if told is None:
        tracks, told = _tracks(work)
        _join(work, picture, video, tracks)
        for track in tracks:
            track.path.unlink()
    stamp(video, work.settings.container, work.settings.about)
    return told


def _copied(work: _Work, picture: Path, video: Path) -> _Told | None:
    """The source's own packets, if that is possible and stays in time; None: it is not, and nothing is left."""
    audio, sound = work.settings.audio, work.settings.sound
    if not audio.copy or sound.loudness is not None or sound.stems:
        return None
    codec = None if audio.any else audio.codec
    entries = _entries(work, sound.entries)
    container = work.settings.container
    source = carried(entries, container=container, codec=codec, length=work.length, frame=work.frame)
    if source is None:
        return None
    _join(work, picture, video, [argv.Track(source[0], number=source[1])], work.length)
    if in_time(probe(video), length=work.length, frame=work.frame):
        return _Told("copied")
    video.unlink()
    return None


def _join(
    work: _Work, picture: Path | None, video: Path, tracks: list[argv.Track], duration: Fraction | None = None
) -> None:
    container = work.settings.container if picture else "wav"
    tags = work.settings.about.container_tags(container)
    beside = container in ("mkv", "webm") and picture is not None and has_alpha_beside(picture)
    command = argv.mux(
        video,
        container=container,
        video=picture,
        tracks=tracks,
        duration=duration,
        metadata=tags,
        alpha_beside=beside,
    )
    run_ffmpeg(command, stage="mux", file=video)


def _tracks(work: _Work) -> tuple[list[argv.Track], _Told]:
    """The mix and the stems as files to be encoded, and what there is to tell."""
    sound, audio = work.settings.sound, work.settings.audio
    if not sound.entries:
        return [], _Told("none")
    mixed = lay(_entries(work, sound.entries), work.out / "mix.wav", length=work.length)
    samples, measured = mixed.samples, None
    if sound.loudness is not None:
        mixed, measured = _levelled(work, mixed, sound.loudness)
    tracks = [_track(mixed, "", audio)]
    for number, stem in enumerate(sound.stems):
        laid = lay(_entries(work, stem.entries), work.out / f"stem{number}.wav", length=work.length)
        tracks.append(_track(laid, stem.name, audio))
    return tracks, _Told("encoded", samples, measured)


def _levelled(work: _Work, mixed: Laid, target: float) -> tuple[Laid, Measured | None]:
    """The mix at the loudness that is asked for, measured as it will be delivered."""
    path = work.out / "levelled.wav"
    laid = Laid(path, mixed.rate, mixed.channels, mixed.samples, whole=False)

    def delivered(wav: Path, folder: Path) -> Path:
        heard = folder / "heard.mkv"
        track = argv.Track(wav, options=_track(laid, "", work.settings.audio).options)
        run_ffmpeg(argv.mux(heard, container="mkv", video=None, tracks=[track]), stage="mux", file=heard)
        return heard

    found = level(mixed.path, path, rate=mixed.rate, target=target, delivered=delivered)
    mixed.path.unlink()
    return laid, None if silent(found) else Measured(integrated=found.integrated, true_peak=found.true_peak)


def _track(laid: Laid, title: str, audio: AudioEncode) -> argv.Track:
    options = encoding(audio.codec, channels=laid.channels, whole=laid.whole, kbps=audio.kbps)
    return argv.Track(laid.path, title, options)


def _entries(work: _Work, planned: tuple[SoundEntry, ...]) -> list[MixInput]:
    """The plan's sounds; what would begin before the picture is cut off."""
    return [_entry(each, work.sounds[each.source].sound) for each in planned]


def _entry(entry: SoundEntry, file: Path) -> MixInput:
    early = max(-entry.offset, Fraction(0))
    return MixInput(
        file,
        gain_db=entry.gain_db,
        pan=entry.pan,
        offset=max(entry.offset, Fraction(0)),
        start=entry.start + early,
        duration=None if entry.length is None else max(Fraction(0), entry.length - early),
        fade_in=entry.fade_in,
        fade_out=entry.fade_out,
        stream=entry.stream,
    )


def _sequence(work: _Work, picture: Path, report: Report) -> _Told:
    """A file a frame, and the sound beside them."""
    folder, still = work.out / "frames", work.settings.still
    assert still is not None  # noqa: S101  (a sequence has it)
    folder.mkdir()
    shutil.copyfile(picture, work.out / picture.name)
    for number, frame in enumerate(read_frames(picture)):
        write_still(folder / f"{number:06d}{still.suffix}", frame, still.codec, work.settings.about)
        report(number + 1, work.settings.frames)
    tracks, told = _tracks(work)
    for track in tracks:
        place = work.out / "stems" / f"{track.title}.wav" if track.title else work.out / "sound.wav"
        place.parent.mkdir(exist_ok=True)
        _join(work, None, place, [argv.Track(track.path, options=track.options)])
        track.path.unlink()
    return told
