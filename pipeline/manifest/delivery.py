"""What an output comes to when all that is not written is filled in, and what cannot go together."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from pydantic import ValidationError

from media.ffmpeg.codecs import AUDIO, CONTAINERS, SEQUENCE, VIDEO, codecs_in, container_of, sounds_in
from pipeline.manifest.parts.output import Output
from pipeline.manifest.parts.sound import Audio


def container(output: Output) -> str:
    """A name of media.ffmpeg.codecs.CONTAINERS."""
    return container_of(PurePath(output.path).suffix) or SEQUENCE


def is_sequence(output: Output) -> bool:
    """Whether the result is a file a frame."""
    return container(output) == SEQUENCE


def video_codec(output: Output) -> str:
    """A name of media.ffmpeg.codecs.VIDEO. A sequence's suffix says which."""
    if output.video.codec:
        return output.video.codec
    suffix = PurePath(output.path).suffix.lower()
    return next(
        (name for name, codec in VIDEO.items() if suffix in codec.suffixes), CONTAINERS[container(output)].video
    )


def bits(output: Output) -> int:
    """Bits a channel."""
    codec = VIDEO[video_codec(output)]
    return output.video.bits or next(bits for bits, alpha in codec.formats if alpha == output.video.alpha)


def audio_codec(output: Output) -> str:
    """A name of media.ffmpeg.codecs.AUDIO: what the sound is encoded with, if it is."""
    named = output.audio.codec
    return CONTAINERS[container(output)].audio if named == "auto" else named


def mistakes(data: dict[str, Any]) -> list[str]:
    """What is right by itself and wrong together, one line each, in raw data whose preset is filled in."""
    try:
        output = Output.model_validate(data.get("output"))
    except ValidationError:
        return []  # reported already
    return _picture(output) + _sound(output) + _heard(data)


def _picture(output: Output) -> list[str]:
    name, held = video_codec(output), container(output)
    codec, video = VIDEO[name], output.video
    suffix = PurePath(output.path).suffix
    if held not in codec.containers:
        ends = codec.suffixes or [f".{each}" for each in codec.containers]
        return [
            f"output.video.codec: {name} cannot go into {suffix} (end output.path in {' or '.join(ends)}, "
            f"or use {' or '.join(codecs_in(held))})"
        ]
    if codec.suffixes and suffix.lower() not in codec.suffixes:
        return [f"output.video.codec: {name} cannot go into {suffix} (end output.path in {codec.suffixes[0]})"]
    lines = []
    if video.alpha and (not codec.alpha or held in codec.opaque_in):
        able = [f"{each} (.{where})" for each, where in (("prores_4444", "mov"), ("vp9", "webm"), ("ffv1", "mkv"))]
        lines.append(
            f"output.video.alpha: {name} in {suffix} has no opacity (use {', '.join(able)} or pictures such as .png)"
        )
    elif video.bits and (video.bits, video.alpha) not in codec.formats:
        can = " or ".join(str(bits) for bits, alpha in codec.formats if alpha == video.alpha)
        lines.append(f"output.video.bits: {name} is not written in {video.bits} bits a channel (use {can})")
    if video.crf is not None and codec.quality is None:
        lines.append(f"output.video.crf: {name} has no quality factor (remove it)")
    elif video.crf is not None and codec.quality and video.crf > codec.quality[1]:
        lines.append(f"output.video.crf: {name} takes 0 to {codec.quality[1]}, not {video.crf}")
    if video.encoder not in ("software", "auto") and video.encoder not in codec.hardware:
        lines.append(f"output.video.encoder: {video.encoder} does not encode {name} (use software or auto)")
    if "start_number" in output.model_fields_set and held != SEQUENCE:
        lines.append("output.start_number: only sequences of pictures are numbered (remove it)")
    if output.sign and held not in SIGNED:
        lines.append(f"output.sign: {suffix} has no place for Content Credentials (use .mp4 or .mov)")
    return lines


SIGNED = ("mp4", "mov")
"""Containers that C2PA defines a place for, and its library writes."""


def _sound(output: Output) -> list[str]:
    held, named = container(output), audio_codec(output)
    if held not in AUDIO[named].containers:
        return [
            f"output.audio.codec: {named} cannot go into {PurePath(output.path).suffix} "
            f"(use {' or '.join(['auto', *sounds_in(held)])})"
        ]
    if output.audio.bitrate_kbps and AUDIO[named].lossless:
        return [f"output.audio.bitrate_kbps: {named} keeps every sample and has no bitrate (remove it)"]
    return []


def _heard(data: dict[str, Any]) -> list[str]:
    try:
        audio = Audio.model_validate(data.get("audio", {}))
    except ValidationError:
        return []  # reported already
    written = audio.model_fields_set - {"source"}
    if audio.source == "none":
        return [f"audio.{name}: there is no sound with audio.source: none (remove it)" for name in sorted(written)]
    named = audio.track is None or audio.source not in ("driving", "sample:vocals")
    lines = [] if named else ["audio.track: only a file's track is chosen (name the clip as audio.source)"]
    if audio.source == "driving":
        trimmed = "audio.trim: only a file is trimmed (set driving.start and driving.end)"
        return [*lines, trimmed] if audio.trim is not None else lines
    only = "only the performers' clips have one each (use audio.source: driving)"
    lines += [f"audio.mix: {only}"] if audio.mix is not None else []
    return lines + ([f"audio.stems: {only}"] if audio.stems else [])
