"""Which sounds go into the result: each performer's clip, a file, or a vocal sung from a face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from foundation.errors import InputError, ManifestError
from media.ffmpeg.codecs import AUDIO
from pipeline.manifest.parts.driving import Driving
from pipeline.manifest.parts.performers import Performer
from pipeline.plan.clip import Clip, read_clip
from pipeline.plan.driving import follow_face
from pipeline.plan.planning import Planning
from pipeline.plan.sources import VOCALS, VOCALS_CLIP
from stages.artifacts import Media
from stages.contracts import sample_vocals
from stages.contracts.shared import Timing
from stages.contracts.sound import Sound, SoundEntry, Stem


@dataclass(frozen=True)
class PlannedSound:
    """What the stages that make and judge sound take.

    Attributes:
        sources: the files.
        sound: what is made of them, by their numbers.
    """

    sources: tuple[Media, ...] = ()
    sound: Sound = field(default_factory=Sound)


@dataclass(frozen=True)
class _Levels:
    """How loud somebody is heard, and where from."""

    gain_db: float = 0.0
    pan: float = 0.0


def plan_sound(planning: Planning, clips: Mapping[str, Clip]) -> PlannedSound:
    """The result's sound.

    Raises:
        InputError: the file named as audio.source has no sound.
        ManifestError: audio.trim leaves nothing of it; or the codec has no place for all channels.
    """
    audio = planning.manifest.audio
    _check_channels(planning)
    sources: list[Media] = []
    stems: tuple[Stem, ...] = ()
    entries: list[SoundEntry] = []
    if audio.source == VOCALS:
        entries = [_vocals(planning, sources)]
    elif audio.source not in ("driving", "none"):
        entries = [_file(planning, sources)]
    elif audio.source == "driving":
        entries = _driving(planning, clips, sources)
        stems = _stems(planning, clips, sources) if audio.stems else ()
    loudness = audio.loudness_lufs if entries else None
    return PlannedSound(tuple(sources), Sound(entries=tuple(entries), stems=stems, loudness=loudness))


def _files(planning: Planning) -> list[str]:
    """What is heard, as the manifest names it: some of it may be no file, or have no sound."""
    source = planning.manifest.audio.source
    return [own_sound(one) for one in planning.manifest.performers.values()] if source == "driving" else [source]


def _check_channels(planning: Planning) -> None:
    """Raises: ManifestError if what is heard has more channels than the codec that is asked for."""
    audio, codec = planning.manifest.audio, AUDIO.get(planning.manifest.output.audio.codec)
    for written in _files(planning):
        tracks = planning.facts.media[written].audio if written in planning.facts.media else ()
        if not codec or not tracks:
            continue
        channels = tracks[chosen_track(planning) if written == audio.source else 0].channels
        if channels > codec.channels:
            told = f"its sound has {channels} channels, and {codec.title} has places for {codec.channels}"
            cure = "choose pcm or flac as output.audio.codec"
            raise ManifestError(told, file=planning.sources[written].path, cure=cure)


def _file(planning: Planning, sources: list[Media]) -> SoundEntry:
    """A file, or the part of it that is asked for."""
    audio = planning.manifest.audio
    file, streams = planning.sources[audio.source].path, planning.facts.media[audio.source].audio
    if not streams:
        raise InputError("has no sound", file=file, cure="name a file with sound as audio.source")
    number, stream = _place(sources, planning.sources.media(audio.source)), chosen_track(planning)
    if audio.trim is None:
        return replace(_entry(planning, number, Fraction(0)), stream=stream)
    end = streams[stream].end
    if audio.trim.start >= end:
        problem = f"audio.trim.start is {float(audio.trim.start):g} s, but the sound ends after {float(end):.2f} s"
        raise ManifestError(problem, file=file, cure="choose an earlier start")
    length = None if audio.trim.end is None else audio.trim.end - audio.trim.start
    return replace(_entry(planning, number, audio.trim.start, length), stream=stream)


def chosen_track(planning: Planning) -> int:
    """The place of audio.track among the tracks that the probe tells of, the first where none is asked for.

    Raises:
        ManifestError: the file has no such track that can be decoded.
    """
    audio = planning.manifest.audio
    tracks = [each.track + 1 for each in planning.facts.media[audio.source].audio]
    if audio.track is None or audio.track in tracks:
        return 0 if audio.track is None else tracks.index(audio.track)
    cure = f"choose {' or '.join(map(str, sorted(tracks)))}"
    path = planning.sources[audio.source].path
    raise ManifestError(f"audio.track is {audio.track}, and there is no such sound track", file=path, cure=cure)


def own_sound(performer: Performer) -> str:
    """The file whose sound is the performer's own: its clip, or its song."""
    if performer.singing is not None:
        return performer.singing.sound
    return "" if performer.driving is None else performer.driving.video


def _driving(planning: Planning, clips: Mapping[str, Clip], sources: list[Media]) -> list[SoundEntry]:
    """Each clip's own sound; a clip that several performers share sounds once, as long as the longest plays."""
    performers = planning.manifest.performers
    heard = [(own_sound(performers[name]), clips[name], levels) for name, levels in _wanted(planning)]
    heard = [each for each in heard if each[1].sounds]
    if planning.manifest.audio.mix is None:
        longest: dict[tuple[str, Fraction], tuple[str, Clip, _Levels]] = {}
        for file, clip, levels in heard:
            before = longest.get((file, clip.start))
            if before is None or before[1].heard < clip.heard:
                longest[file, clip.start] = (file, clip, levels)
        heard = list(longest.values())
    return [_of_clip(planning, sources, file, clip, levels) for file, clip, levels in heard]


def _stems(planning: Planning, clips: Mapping[str, Clip], sources: list[Media]) -> tuple[Stem, ...]:
    """Each performer's sound alone, as it goes into the mix; `sources` gets what is not there yet."""
    stems = []
    for name, levels in _wanted(planning):
        clip, file = clips[name], own_sound(planning.manifest.performers[name])
        if clip.sounds:
            stems.append(Stem(name=name, entries=(_of_clip(planning, sources, file, clip, levels),)))
    return tuple(stems)


def _of_clip(planning: Planning, sources: list[Media], file: str, clip: Clip, levels: _Levels) -> SoundEntry:
    number = _place(sources, planning.sources.media(file))
    return replace(_entry(planning, number, clip.start, clip.heard), gain_db=levels.gain_db, pan=levels.pan)


def _wanted(planning: Planning) -> list[tuple[str, _Levels]]:
    """Who is heard, and how."""
    audio = planning.manifest.audio
    if audio.mix is None:
        return [(name, _Levels()) for name in planning.manifest.performers]
    return [(entry.from_, _Levels(entry.gain_db, entry.pan)) for entry in audio.mix]


def _place(sources: list[Media], source: Media) -> int:
    """The number of a file, the same for the same file."""
    if source not in sources:
        sources.append(source)
    return sources.index(source)


def told_tracks(planning: Planning) -> list[str]:
    """A notice for every file with several sound tracks: which of them is heard."""
    notices = []
    for written in dict.fromkeys(_files(planning)):
        tracks = planning.facts.media[written].audio if written in planning.facts.media else ()
        asked = planning.manifest.audio.track is not None
        if not asked and (len(tracks) > 1 or (tracks and tracks[0].track)):
            cure = "audio.source and audio.track choose another"
            notices.append(f"{written}: of several sound tracks, number {tracks[0].track + 1} is heard ({cure})")
    return notices


def sound_end(planning: Planning, clips: Mapping[str, Clip]) -> Fraction | None:
    """When the last sound of the result ends, in seconds from the result's beginning; None without sound."""
    audio = planning.manifest.audio
    if audio.source == VOCALS:
        info = planning.facts.media[VOCALS_CLIP]
        sung = read_clip(Driving(video=VOCALS_CLIP), info, performer="vocals", file=VOCALS_CLIP).length
        return trimmed(planning, sung) + audio.offset
    if audio.source not in ("driving", "none"):
        whole = planning.facts.media[audio.source].audio
        return trimmed(planning, whole[chosen_track(planning)].end) + audio.offset if whole else None
    heard = clips if audio.mix is None else {entry.from_ for entry in audio.mix}
    ends = [clips[name].heard + audio.offset for name in heard if clips[name].sounds]
    return max(ends) if ends and audio.source == "driving" else None


def trimmed(planning: Planning, end: Fraction) -> Fraction:
    """How long a sound that ends at `end` on its file's clock is heard."""
    trim = planning.manifest.audio.trim
    return end if trim is None else (end if trim.end is None else min(end, trim.end)) - trim.start


def _vocals(planning: Planning, sources: list[Media]) -> SoundEntry:
    """The sample vocal, sung by the face of the sample clip."""
    audio, driving = planning.manifest.audio, Driving(video=VOCALS_CLIP)
    file = planning.sources[VOCALS_CLIP].path
    clip = read_clip(driving, planning.facts.media[VOCALS_CLIP], performer="vocals", file=file)
    track = follow_face(planning, driving, clip, None)
    frames = clip.frames_at(planning.fps)
    settings = sample_vocals.Settings(timing=Timing(start=clip.start, frames=frames, fps=planning.fps))
    inputs = sample_vocals.Inputs(faces=track)
    number = _place(sources, planning.graph.plan(sample_vocals.CONTRACT, settings, inputs, None, frames))
    start, end = (audio.trim.start, audio.trim.end) if audio.trim else (Fraction(0), None)
    return _entry(planning, number, start, None if end is None else end - start)


def _entry(planning: Planning, source: int, start: Fraction, length: Fraction | None = None) -> SoundEntry:
    audio = planning.manifest.audio
    return SoundEntry(
        source=source, start=start, offset=audio.offset, length=length, fade_in=audio.fade_in, fade_out=audio.fade_out
    )
