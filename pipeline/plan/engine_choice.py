"""Which engine animates a performer, with which files and options, and why, in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engines import ENGINES
from engines.about import GAINS, Gain, Lacking, NoSection, Ready, Wish
from foundation.codec import Json, encode
from foundation.errors import InputError
from foundation.subject import Subject
from pipeline.manifest.load import LoadedManifest
from pipeline.manifest.parts.performers import Motion
from quality.gains import Gains
from stages.contracts.shared import EngineUse


@dataclass(frozen=True)
class EngineChoice:
    """The engine of one performer.

    Attributes:
        name: as in engines.ENGINES.
        reason: why, for a person.
        ready: its files and options, and what it honours.
        subject: what it moves.
    """

    name: str
    reason: str
    ready: Ready = field(default_factory=Ready)
    subject: Subject = "face"

    @property
    def files(self) -> Mapping[str, Path]:
        """What the engine reads, by its names for them."""
        return self.ready.files

    @property
    def use(self) -> EngineUse:
        """As the stages take it."""
        version = ENGINES[self.name].version
        return EngineUse(name=self.name, version=version, crop_size=self.ready.crop_size, subject=self.subject)

    @property
    def settings(self) -> dict[str, Json]:
        """Its options, as the stages take them."""
        settings: dict[str, Json] = {} if self.ready.options is None else encode(self.ready.options)
        return settings

    @property
    def network(self) -> bool:
        """Whether it is a network."""
        return ENGINES[self.name].describe().network

    @property
    def learned(self) -> bool:
        """Whether its picture is as good as weights that come from elsewhere."""
        return ENGINES[self.name].describe().learned

    def gains(self, motion: Motion) -> Gains:
        """How much of the driver's movement the result takes: what is not honoured counts as 1."""
        return Gains(**{gain: getattr(motion, gain) for gain in self.ready.honours})

    def ignored(self, motion: Motion) -> tuple[Gain, ...]:
        """The gains that the manifest asks for and this engine does not honour."""
        return tuple(gain for gain in GAINS if gain not in self.ready.honours and getattr(motion, gain) != 1)


UNFILMED = Lacking(
    what="no filmed driver to look at (singing makes one up)",
    cure="use landmark_tps, or tpsmm with config: duet-128",
)
CLIPS_ALONE = Lacking(what="no way to follow a motion template, only clips", cure="use liveportrait, or name a clip")
FACES_ALONE = Lacking(
    what="no way to move whole pictures, only faces",
    cure="use tpsmm or fomm with a config for bodies, such as taichi-256",
)


def choose_engine(loaded: LoadedManifest, name: str) -> EngineChoice:
    """The engine of the performer `name`.

    Raises: InputError if the manifest names an engine that lacks something.
    """
    performer, defaults = loaded.manifest.performers[name], loaded.manifest.defaults
    wanted = performer.engine or defaults.engine
    lacking: dict[str, Lacking] = {}
    for engine in ENGINES if wanted == "auto" else (wanted,):
        about, named = ENGINES[engine].describe(), wanted == engine
        section = performer.section(engine) or defaults.section(engine) or NoSection()
        wish = Wish(
            named=named,
            section=section,
            absolute=performer.motion.mode == "absolute",
            path=loaded.path,
            subject=performer.subject,
        )
        ready = about.choose(wish) if performer.subject in about.subjects else FACES_ALONE
        if performer.clip is not None and performer.clip.is_motion_file and about.motion_files is None:
            ready = CLIPS_ALONE
        if performer.singing is not None and isinstance(ready, Ready) and not ready.landmarks_suffice:
            ready = UNFILMED
        if isinstance(ready, Lacking):
            if named:
                raise InputError(f"the engine {engine} has {ready.what}", performer=name, cure=ready.cure)
            lacking[engine] = ready
            continue
        why = [ready.reason] if ready.reason else []
        if not named:
            why += _missed(lacking, performer.model_fields_set | defaults.model_fields_set)
            return EngineChoice(engine, ": ".join(["auto", *["; ".join(why)] * bool(why)]), ready, performer.subject)
        return EngineChoice(engine, "; ".join(["the manifest names it", *why]), ready, performer.subject)
    unable = (CLIPS_ALONE, FACES_ALONE)
    missing = [f"{ready.what} for {engine}" for engine, ready in lacking.items() if ready not in unable]
    told = f"no engine can be taken: {', '.join(missing)}"
    raise InputError(told, performer=name, cure="run `models fetch`, or name an engine and its checkpoint")


def _missed(lacking: Mapping[str, Lacking], spoken: set[str]) -> list[str]:
    """What the engines that were passed over lack: those that a manifest with the fields `spoken` speaks of, or all of
    them; whoever says nothing of engines lacks none."""
    missing = {engine: f"{ready.what} for {engine}" for engine, ready in lacking.items()}
    named = [what for engine, what in missing.items() if engine in spoken]
    told = named or (list(missing.values()) if "engine" in spoken else [])
    return [", ".join(told)] if told else []
