"""Those who sing from a song and its words: the part of the song, their lines, and the tasks that make up a driver."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from foundation.errors import InputError, ManifestError
from foundation.fitting import Way
from media.text.singers import Singers, Told
from pipeline.manifest.parts.singing import THE_AUDIO, THE_LYRICS, Singing, is_file
from pipeline.plan.clip import Clip, read_clip
from pipeline.plan.driving import MadeUp, PlannedClip, normalized
from pipeline.plan.planning import Planning
from pipeline.plan.sound import chosen_track, trimmed
from speech.languages import check_script, language_of
from speech.lines import SungLine, plain_lines, read_lines
from speech.singer import Sung
from stages.contracts import perform, phones, voice

SUNG_RATE = Fraction(25)
"""Frames a second of a result that no clip gives its own."""
_WAYS: dict[str | None, Way | None] = {None: "mirror", "loop": "loop", "mirror": "mirror", "stretch": "stretch"}
"""How a clip that head and eyes are taken from is brought to the song's length; else its last frame is held."""
UNSEPARATED = "music, if there is any, is not taken away from the voice: see docs/song.md, Separation"


@dataclass(frozen=True)
class _Song:
    """The sound that a performer sings to.

    Attributes:
        file: the manifest's name for it.
        stream: which of its tracks.
        start: where it begins on the file's clock.
        delay: seconds of the result at which it begins.
        end: at which it ends.
        length: seconds, where not to the file's end.
    """

    file: str
    stream: int
    start: Fraction
    delay: Fraction
    end: Fraction
    length: Fraction | None

    @property
    def seconds(self) -> Fraction:
        return self.end - self.delay


def sung_part(planning: Planning, name: str) -> Clip:
    """What plays of a performer's song, as for a clip.

    Raises:
        InputError: the file has no sound. ManifestError: nothing of it is left.
    """
    song, own = _song(planning, name), _singing(planning, name).sound != THE_AUDIO
    frames = int(song.end * SUNG_RATE)
    return Clip(song.start, None, song.end, SUNG_RATE, frames, own, song.seconds, song.end)


def told_songs(planning: Planning) -> list[str]:
    """A notice where a song's music cannot be taken away, once for all who sing to it."""
    songs = [one.singing for one in planning.manifest.performers.values() if one.singing is not None]
    return [UNSEPARATED] if any(one.separate == "auto" for one in songs) and not _can_separate() else []


def performed(planning: Planning, name: str, clip: Clip) -> PlannedClip:
    """Add the tasks that make up a driver for a performer; those who sing the same share them.

    Raises:
        InputError: its words cannot be read, or its voice not be separated.
    """
    singing, song, graph, fps = _singing(planning, name), _song(planning, name), planning.graph, planning.fps
    frames, sung = clip.frames_at(fps), singing.voice == "sing"
    separate = singing.separate
    if separate != "no" and not _can_separate():
        if separate == "yes":
            cure = "see docs/song.md, Separation, or write separate: no"
            raise InputError("singing.separate is yes, and nothing here can do it", performer=name, cure=cure)
        separate = "no"
    media = planning.sources.media(song.file)
    listened = voice.Settings(stream=song.stream, start=song.start, length=song.length, separate=separate)
    heard = graph.plan(voice.CONTRACT, listened, voice.Inputs(sound=media), name, frames)
    told: list[str] = []
    lines = _lines(planning, name, song, told.append)
    said = None
    if lines is not None:
        settings = phones.Settings(lines=lines, language=singing.language, sung=sung)
        said = graph.plan(phones.CONTRACT, settings, phones.Inputs(voice=heard), name, frames)
    filmed, alone = _filmed(planning, name, clip), name in planning.job.plates
    part = Sung(
        delay=song.delay + singing.offset,
        singer=name if any(line.singers for line in lines or ()) else None,
        turns=None if lines is None else planning.turns.get(name),
    )
    how = perform.Settings(
        fps=fps,
        frames=frames,
        part=part,
        sung=sung,
        seed=singing.seed,
        head=singing.head,
        energy=singing.energy,
        mood=singing.mood,
        mouth_alone=alone and filmed is None,
        partners=planning.partners.get(name, ()) if part.singer or planning.turns else (),
    )
    inputs = perform.Inputs(voice=heard, phones=said, filmed=filmed.clip if filmed else None)
    made = graph.plan(perform.CONTRACT, how, inputs, name, frames)
    return PlannedClip(media, None, clip, made, MadeUp(heard, said, how), tuple(told))


def _singing(planning: Planning, name: str) -> Singing:
    singing = planning.manifest.performers[name].singing
    if singing is None:
        raise ValueError(f"{name} has nothing to sing")
    return singing


def _can_separate() -> bool:
    from speech.weights import find_weights  # noqa: PLC0415  (NumPy: most manifests have no song)

    return find_weights() is not None


def _song(planning: Planning, name: str) -> _Song:
    audio, singing = planning.manifest.audio, _singing(planning, name)
    own = singing.sound != THE_AUDIO
    file = singing.sound if own else audio.source
    streams = planning.facts.media[file].audio
    path = planning.sources[file].path
    if not streams:
        cure = "name a file in which somebody sings or speaks"
        raise InputError("it has no sound", file=path, performer=name, cure=cure)
    stream = 0 if own else chosen_track(planning)
    cut = None if audio.source == "driving" else audio.trim
    end = trimmed(planning, streams[stream].end) if cut else streams[stream].end
    start = cut.start if cut else Fraction(0)
    if end <= 0 or end + audio.offset <= 0:
        raise ManifestError("nothing is heard of the song", file=path, performer=name, cure="correct audio.offset")
    length = end if cut and cut.end is not None else None
    return _Song(file, stream, start, audio.offset, end + audio.offset, length)


def _lines(planning: Planning, name: str, song: _Song, told: Told) -> tuple[SungLine, ...] | None:
    """The lines of the song, times as the voice has them; None where they are not known.

    Args:
        told: hears what is left out of a file of them; of lyrics, it is told already.
    Raises:
        InputError: they cannot be read, are not written as their language is, or none is sung in this part of the song.
    """
    words, lyrics = _singing(planning, name).words, planning.manifest.lyrics
    names = tuple(planning.manifest.performers)
    if words is None:
        return None
    try:
        if words == THE_LYRICS and lyrics is not None:
            path = Path(planning.sources[lyrics.file].path)
            found, later = read_lines(path, names), lyrics.offset - song.delay
        elif is_file(words):
            path = Path(planning.sources[words].path)
            found, later = read_lines(path, names, told), -song.start
        else:
            path = Path(f"performers.{name}.singing.words")
            found, later = plain_lines(words, Singers(names, path, told)), Fraction(0)
        check_script(" ".join(line.text for line in found), language_of(_singing(planning, name).language))
    except InputError as error:
        raise error.located(performer=name) from error
    lines = tuple(_moved(line, float(later)) for line in found)
    inside = tuple(line for line in lines if line.end is None or line.start is None or _within(line, song.seconds))
    if not inside:
        late = f"none of its {len(lines)} lines lies within the {float(song.seconds):.1f} s of the song"
        raise InputError(late, file=path, performer=name, cure="check the times of the lines, and audio.trim")
    return inside


def _within(line: SungLine, seconds: Fraction) -> bool:
    return (line.end or 0.0) > 0 and (line.start or 0.0) < seconds


def _moved(line: SungLine, seconds: float) -> SungLine:
    """The line so much later, at the beginning at the earliest."""
    if line.start is None or line.end is None:
        return line
    pieces = tuple((max(0.0, at + seconds), text) for at, text in line.pieces)
    return replace(line, start=max(0.0, line.start + seconds), end=line.end + seconds, pieces=pieces)


def _filmed(planning: Planning, name: str, clip: Clip) -> PlannedClip | None:
    """The clip that head, brows and eyes are taken from, as long as the song."""
    driving = _singing(planning, name).performance
    if driving is None:
        return None
    file = planning.sources[driving.video].path
    info = planning.facts.media[driving.video]
    part = read_clip(driving, info, performer=name, file=file, field="singing.performance")
    way = _WAYS.get(driving.to_sound)
    return normalized(planning, name, part.played(clip.plays, way if part.length < clip.plays else None))
