"""The task that makes the result of picture, sound and metadata."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import PurePath

from foundation.errors import ManifestError
from foundation.label import canonical
from media.credentials.provenance import COMPOSITE, TRAINED, Provenance
from media.ffmpeg.codecs import SEQUENCE
from pipeline.manifest.load import LoadedManifest
from pipeline.manifest.parts.output import Poster, Preview
from pipeline.plan.encoder import audio_of, encode_of
from pipeline.plan.planning import Planning
from pipeline.plan.sound import PlannedSound
from stages.artifacts import Edited, Film
from stages.contracts import mux


def fingerprint(loaded: LoadedManifest) -> str:
    """sha256 of what the manifest asks for: comments, places, checks and how the work is cut up do not."""
    asked = loaded.manifest.model_dump(mode="json", by_alias=True)
    asked["defaults"].pop("chunk_frames")
    asked.pop("checks")
    for place in ("path", "sign"):
        asked["output"].pop(place)
    return hashlib.sha256(canonical(asked).encode()).hexdigest()


def provenance(planning: Planning) -> Provenance:
    """What the result says of itself."""
    learned = any(choice.learned for choice in planning.job.choices.values())
    return Provenance(
        title=planning.manifest.title or planning.job.loaded.name,
        source_type=TRAINED if learned else COMPOSITE,
        manifest=fingerprint(planning.job.loaded),
    )


def plan_delivery(planning: Planning, picture: Edited, sound: PlannedSound, frames: int) -> Film:
    """Add the task that joins picture and sound."""
    output = planning.manifest.output
    encode = encode_of(output, planning.job.encoder.encoder)
    settings = mux.Settings(
        fps=planning.fps,
        frames=frames,
        container=encode.container,
        about=provenance(planning),
        audio=audio_of(output),
        sound=sound.sound,
        still=mux.Still(codec=encode.codec, suffix=_suffix(output.path)) if encode.container == SEQUENCE else None,
        poster=_poster(output.poster, frames, planning.fps),
        preview=_loop(output.preview, frames / planning.fps),
    )
    inputs = mux.Inputs(picture=picture, sounds=sound.sources)
    return planning.graph.plan(mux.CONTRACT, settings, inputs, None, frames)


def _poster(wanted: Poster | None, frames: int, fps: Fraction) -> mux.Poster | None:
    if wanted is None:
        return None
    at = Fraction(frames // 3) / fps if wanted.at is None else wanted.at
    _check_moment("output.poster.at", at, frames / fps)
    return mux.Poster(suffix=_suffix(wanted.path), at=at)


def _check_moment(name: str, at: Fraction, length: Fraction) -> None:
    """Raises: ManifestError if the video, `length` seconds long, has ended by then."""
    if at >= length:
        told = f"{name} is {float(at):g} s, and the video ends after {float(length):.2f} s"
        raise ManifestError(told, cure="choose an earlier time")


def _loop(wanted: Preview | None, length: Fraction) -> mux.Loop | None:
    if wanted is None:
        return None
    _check_moment("output.preview.start", wanted.start, length)
    return mux.Loop(
        suffix=_suffix(wanted.path), start=wanted.start, seconds=wanted.seconds, width=wanted.width, fps=wanted.fps
    )


def _suffix(path: str) -> str:
    return PurePath(path).suffix.lower()
