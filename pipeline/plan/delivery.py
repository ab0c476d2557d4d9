"""The task that makes the result of picture, sound and metadata."""

from __future__ import annotations

import hashlib
from pathlib import PurePath

from foundation.label import canonical
from media.credentials.provenance import COMPOSITE, TRAINED
from media.ffmpeg.codecs import SEQUENCE, Encode
from pipeline.manifest.load import LoadedManifest
from pipeline.plan.checks import LEARNED
from pipeline.plan.encoder import JsonSafe, audio_settings, encode_settings
from pipeline.plan.planning import Planning
from pipeline.plan.sound import Sound
from pipeline.plan.task import Task


def fingerprint(loaded: LoadedManifest) -> str:
    """sha256 of what the manifest asks for: comments, places, checks and how the work is cut up do not."""
    asked = loaded.manifest.model_dump(mode="json", by_alias=True)
    asked["defaults"].pop("chunk_frames")
    asked.pop("checks")
    for place in ("path", "sign"):
        asked["output"].pop(place)
    return hashlib.sha256(canonical(asked).encode()).hexdigest()


def film_settings(container: str, title: str, *, learned: bool, manifest: str) -> JsonSafe:
    """What every result's mux task says of container and metadata, with nothing beside the video."""
    about = {"title": title, "source_type": TRAINED if learned else COMPOSITE, "manifest": manifest}
    return {"container": container, "about": about, "still": None, "poster": None, "preview": None}


def plan_delivery(planning: Planning, picture: Task, sound: Sound, frames: int) -> Task:
    """Add the task that joins picture and sound."""
    output, loaded = planning.manifest.output, planning.job.loaded
    inputs, heard = sound
    timing: JsonSafe = {"fps": str(planning.fps), "frames": frames}
    encode = Encode(**encode_settings(output, planning.job.encoder.encoder))
    learned = any(choice.name in LEARNED for choice in planning.job.choices.values())
    title = planning.manifest.title or loaded.name
    settings = film_settings(encode.container, title, learned=learned, manifest=fingerprint(loaded))
    suffix = PurePath(output.path).suffix.lower()
    if encode.container == SEQUENCE:
        settings["still"] = {"codec": encode.codec, "suffix": suffix}
    if output.poster:
        at = output.poster.at if output.poster.at is not None else frames // 3 / planning.fps
        settings["poster"] = {"suffix": PurePath(output.poster.path).suffix.lower(), "at": str(at)}
    if output.preview:
        wanted = output.preview.model_dump(mode="json", exclude={"path"})
        settings["preview"] = wanted | {"suffix": PurePath(output.preview.path).suffix.lower()}
    settings |= timing | {"audio": audio_settings(output), "sound": heard}
    return planning.graph.add(Task("mux", settings, {"picture": picture.output, **inputs}, None, frames))
