"""Where a result belongs, all its parts, found fit before the work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from foundation.atomic import check_writable, make_folder
from foundation.errors import DuetError, InputError, ManifestError
from foundation.reading import check_spelt
from media.credentials.signing import Signer, check_signer
from pipeline.cli.written import Written, refuse_losses
from pipeline.manifest import delivery
from pipeline.manifest.load import LoadedManifest
from pipeline.manifest.parts.batch import NAME_PLACE
from pipeline.manifest.paths import SequenceName, sequence_name
from pipeline.plan.batch import BatchPlan
from pipeline.plan.expand import Plan
from pipeline.report.verdict import failed_name


@dataclass(frozen=True)
class Place:
    """Where everything goes.

    Attributes:
        target: the video; of a sequence, the name with the number's place in it.
        sequence: that name's parts; None for one file.
        first: the number of a sequence's first file.
        poster, preview, signer: where they are asked for.
        sounds, passes: what the files' names end in that may go beside it: "wav" and "mona.wav", "mona.matte.mkv".
    """

    target: Path
    container: str
    sequence: SequenceName | None
    first: int
    poster: Path | None
    preview: Path | None
    signer: Signer | None
    sounds: tuple[str, ...]
    passes: tuple[str, ...]

    def at(self, target: Path) -> Place:
        """The same, with the video under another name."""
        return replace(self, target=target, sequence=sequence_name(target.name) if self.sequence else None)

    @property
    def first_file(self) -> Path:
        """The video, or a sequence's first picture."""
        return self.target.with_name(self.sequence.file(self.first)) if self.sequence else self.target

    def beside(self, ending: str) -> Path:
        """Where a file that belongs to the result goes: named like it, up to the ending."""
        stem = self.sequence.stem if self.sequence else self.target.stem
        return self.target.with_name(f"{stem}.{ending}")

    @property
    def sheet(self) -> Path:
        """Where a contact sheet goes."""
        return self.beside("png")

    @property
    def report(self) -> Path:
        """Where a report goes: named like the file that it plays."""
        return self.first_file.with_suffix(".html")

    def written(self, frames: int, *, sheet: bool = False, report: bool = False) -> Iterator[Written]:
        """Everything that may be written of a result of so many frames, be it found good or not."""
        path = "choose another output.path"
        for place in (self, self.at(failed_name(self.target))):
            yield Written(place.target, "the sequence" if place.sequence else "the video", path)
            if place.sequence:
                numbers = range(place.first, place.first + frames)
                pictures = (place.target.with_name(place.sequence.file(number)) for number in numbers)
                yield from (Written(picture, "the sequence", path) for picture in pictures)
                yield from (Written(place.beside(ending), "the sound", path) for ending in place.sounds)
            for ending in place.passes:
                yield Written(place.beside(ending), f"the pass {ending}", path)
            if sheet:
                yield Written(place.sheet, "the contact sheet", f"{path}, or --no-sheet")
            if report:
                yield Written(place.report, "the report", f"{path}, or --no-report")
        for kind, beside in (("poster", self.poster), ("preview", self.preview)):
            if beside:
                yield Written(beside, f"the {kind}", f"choose another output.{kind}.path")


def place_of(loaded: LoadedManifest) -> Place:
    """Where the manifest wants its result.

    Raises: ManifestError if the name of a sequence has two places for its number.
    """
    output = loaded.manifest.output
    target = loaded.path(output.path)
    try:
        sequence = sequence_name(target.name) if delivery.is_sequence(output) else None
    except ValueError as problem:
        raise ManifestError(str(problem), file=target, cure="correct output.path") from problem
    signer = None
    if output.sign:
        files = loaded.path(output.sign.certificate), loaded.path(output.sign.key)
        signer = Signer(*files, output.sign.algorithm, output.sign.timestamp_url)
    performers = loaded.manifest.performers
    stems = [f"{name}.wav" for name in performers] if loaded.manifest.audio.stems else []
    return Place(
        target=target,
        container=delivery.container(output),
        sequence=sequence,
        first=output.start_number,
        poster=loaded.path(output.poster.path) if output.poster else None,
        preview=loaded.path(output.preview.path) if output.preview else None,
        signer=signer,
        sounds=() if loaded.manifest.audio.source == "none" else ("wav", *stems),
        passes=tuple(f"{name}.{each}.mkv" for name, one in performers.items() for each in one.composite.passes),
    )


def moved(loaded: LoadedManifest, folder: Path | None) -> LoadedManifest:
    """The same manifest with its results in another folder: as they lie around output.path, below it."""
    if folder is None:
        return loaded
    output = loaded.manifest.output
    home = (loaded.path(output.path.split(NAME_PLACE)[0] + "_")).parent

    def below(written: str) -> str:
        path = loaded.path(written)
        return str(folder.absolute() / (path.relative_to(home) if path.is_relative_to(home) else path.name))

    changes: dict[str, Any] = {"path": below(output.path)}
    for kind in ("poster", "preview"):
        beside = getattr(output, kind)
        if beside is not None:
            changes[kind] = beside.model_copy(update={"path": below(beside.path)})
    manifest = loaded.manifest.model_copy(update={"output": output.model_copy(update=changes)})
    return replace(loaded, manifest=manifest)


def check_render(loaded: LoadedManifest, plan: Plan, *, sheet: bool = True, report: bool = True) -> Place:
    """Find before the work everything that is wrong with where a render writes.

    Args:
        sheet, report: whether they will be written.
    Returns:
        where that is.
    Raises:
        ManifestError: something would be lost. StageError, InputError: as check_place.
    """
    place = place_of(loaded)
    check_place(place, plan.frames, sheet=sheet, report=report)
    refuse_losses(place.written(plan.frames, sheet=sheet, report=report), plan.reads)
    if sheet or report:
        _spare_other_report(place)
    return place


def check_together(
    manifests: Sequence[LoadedManifest], frames: Sequence[int] = (), *, sheet: bool = True, report: bool = True
) -> None:
    """Find what the outputs of one manifest would write over one another.

    Args:
        frames: of each result, where they are known: how many pictures a sequence has.
    Raises: ManifestError.
    """
    written = (
        replace(one, what=f"{one.what} of outputs.{number}")
        for number, loaded in enumerate(manifests if len(manifests) > 1 else ())
        for one in place_of(loaded).written(frames[number] if frames else 1, sheet=sheet, report=report)
    )
    refuse_losses(written, ())


def _spare_other_report(place: Place) -> None:
    """duet.mp4 and duet.mkv would have one report, and one contact sheet.

    Raises: ManifestError if another video's report stands there, and that video beside it.
    """
    for each in (place, place.at(failed_name(place.target))):
        if not each.report.is_file():
            continue
        from pipeline.report.page import read_page  # what draws reports: planning needs none

        try:
            video = Path(str(read_page(each.report)["video"])).name
        except InputError:  # no report of ours
            continue
        if video != each.first_file.name and each.report.with_name(video).is_file():
            problem = f"it is the report of {video}, and the report of {each.first_file.name} would be written over it"
            cure = "choose another output.path, or --no-report --no-sheet"
            raise ManifestError(problem, file=each.report, cure=cure)


def check_place(place: Place, frames: int, *, sheet: bool = False, report: bool = False) -> None:
    """Fail before the work rather than after it.

    Args:
        frames: of the result.
    Raises: StageError, ManifestError if something cannot be written there; InputError if it is to be signed and the
        certificate or the key is unusable.
    """
    if place.signer:
        check_signer(place.signer)
    for one in place.written(frames, sheet=sheet, report=report):
        check_spelt(one.path)
        check_writable(one.path, making=True)


def make_place(place: Place) -> None:
    """Make the folders that are missing. Raises: StageError if that cannot be."""
    for path in filter(None, (place.target, place.poster, place.preview)):
        make_folder(path.parent)


def check_batch(loaded: LoadedManifest, plan: BatchPlan) -> None:
    """Find before the work everything that is wrong with where a batch writes; with one item's place: as its error.

    Raises: ManifestError if something would be lost; StageError if batch.json cannot be written.
    """
    summary = summary_path(loaded)
    refuse_losses(_batch_writes(plan, summary), plan.reads | loaded.files)
    check_writable(summary, making=True)
    for item in plan.items:
        if item.video is not None and item.error is None:
            try:
                check_place(place_of(item.loaded), plan.graph.task_of(item.video).frames)
            except DuetError as error:
                item.error = error


def _batch_writes(plan: BatchPlan, summary: Path) -> Iterator[Written]:
    """Everything that the items that can be made may write."""
    yield Written(summary, "the batch's record", "choose another output.path")
    for item in plan.items:
        if item.video is not None:
            for one in place_of(item.loaded).written(plan.graph.task_of(item.video).frames):
                yield replace(one, what=f"{one.what} of {item.name}")


def summary_path(loaded: LoadedManifest) -> Path:
    """Where batch.json goes: the folder of all videos."""
    written = loaded.manifest.output.path
    return loaded.path(written.split(NAME_PLACE)[0] + "_").parent / "batch.json"
