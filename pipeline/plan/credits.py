"""What a result's credentials say of how it came to be: the files that are seen and heard in it, and what was done."""

from __future__ import annotations

from pathlib import Path

from media.credentials.claims import CROPPED, EDITED, INPUT, PART, PLACED, Claim, Ingredient, Step
from pipeline.manifest.parts.performers import FrameOf, Performer
from pipeline.manifest.parts.scenes import ImageBackground
from pipeline.manifest.parts.singing import THE_AUDIO
from pipeline.manifest.paths import NO_SONG
from pipeline.manifest.schema import Manifest
from pipeline.plan.delivery import provenance
from pipeline.plan.planning import Planning
from pipeline.plan.sources import VOCALS, VOCALS_CLIP, Sources


def credits_of(planning: Planning) -> Claim:
    """The claim of a job's result. Its ingredients are portraits, clips, songs and backdrops; words are no media."""
    manifest, files = planning.manifest, _Files(planning.sources)
    song = _song(manifest)
    moved = []
    for name, performer in manifest.performers.items():
        engine = planning.job.choices[name].name
        moved.append(Step(EDITED, files.animation(performer, song), f"animated: {name}, by {engine}"))
    cut = tuple(dict.fromkeys(step.to[0] for step in moved))
    files.add(song)
    own = [performer.composite.background for performer in manifest.performers.values()]
    for behind in [*own, *(scene.background for scene in manifest.scenes or ())]:
        if behind is not None and not isinstance(behind, str):
            files.add(behind.image if isinstance(behind, ImageBackground) else behind.video)
    steps = [Step(PLACED, files.seen, "what is seen and heard in the result")]
    if _crops(manifest):
        steps.append(Step(CROPPED, cut, "portraits, to their panels"))
    steps += [*moved, Step(EDITED, (), "edited: scenes, text and sound")]
    return Claim(provenance(planning), tuple(files.found.values()), tuple(steps))


class _Files:
    """Ingredients in the order in which they are named, each once."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self.found: dict[str, Ingredient] = {}

    @property
    def seen(self) -> tuple[int, ...]:
        """The numbers of those that are seen or heard."""
        return tuple(number for number, each in enumerate(self.found.values()) if each.relationship == PART)

    def add(self, written: str | None, relationship: str = PART) -> tuple[int, ...]:
        """The number of a file, by the manifest's name for it; none for None."""
        if written is None:
            return ()
        given = self._sources[written]
        known = self.found.get(written)
        if known is None or known.relationship != PART:
            self.found[written] = Ingredient(Path(given.path), given.digest, relationship)
        return (list(self.found).index(written),)

    def animation(self, performer: Performer, song: str | None) -> tuple[int, ...]:
        """The numbers of a portrait, of what lies in front of it, and of what moves it."""
        portrait, singing = performer.portrait, performer.singing
        numbers = self.add(portrait.frame_of if isinstance(portrait, FrameOf) else portrait)
        numbers += self.add(performer.composite.in_front)
        if performer.clip is not None:
            numbers += self.add(performer.clip.video, PART if singing is None else INPUT)
        if singing is not None:
            numbers += self.add(song if singing.sound == THE_AUDIO else singing.sound, INPUT)
        return numbers


def _song(manifest: Manifest) -> str | None:
    """The file that is heard, if it is none of the clips."""
    source = manifest.audio.source
    return VOCALS_CLIP if source == VOCALS else None if source in NO_SONG else source


def _crops(manifest: Manifest) -> bool:
    """Whether less of a portrait may be seen than there is."""
    panels = manifest.scenes is None or any(scene.fit != "fit" for scene in manifest.scenes)
    return panels or any(performer.composite.into == "crop" for performer in manifest.performers.values())
