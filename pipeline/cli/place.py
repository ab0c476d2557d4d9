"""Where a result belongs, all its parts, found fit before the work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from foundation.atomic import check_writable, make_folder
from foundation.errors import ManifestError
from media.credentials.signing import Signer, check_signer
from pipeline.manifest import delivery
from pipeline.manifest.load import LoadedManifest
from pipeline.manifest.parts.batch import NAME_PLACE
from pipeline.manifest.paths import SequenceName, sequence_name
from pipeline.plan.expand import Plan
from pipeline.plan.task import FileInput


@dataclass(frozen=True)
class Place:
    """Where everything goes.

    Attributes:
        target: the video; of a sequence, the name with the number's place in it.
        sequence: that name's parts; None for one file. first: the number of a sequence's first file.
        poster, preview, signer: where they are asked for.
    """

    target: Path
    container: str
    sequence: SequenceName | None
    first: int
    poster: Path | None
    preview: Path | None
    signer: Signer | None

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

    def files(self, plan: Plan, *, sheet: bool) -> list[Path]:
        """Everything that is written; of a sequence, its first picture."""
        wanted = [self.first_file, self.poster, self.preview, self.sheet if sheet else None]
        return [path for path in wanted if path] + [self.beside(ending) for ending in plan.passes]

    @property
    def sheet(self) -> Path:
        """Where a contact sheet goes: beside the result, named like it."""
        return (self.target.with_name(self.sequence.stem) if self.sequence else self.target).with_suffix(".png")


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
    return Place(
        target=target,
        container=delivery.container(output),
        sequence=sequence,
        first=output.start_number,
        poster=loaded.path(output.poster.path) if output.poster else None,
        preview=loaded.path(output.preview.path) if output.preview else None,
        signer=signer,
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


def prepare(place: Place) -> None:
    """Fail before the work rather than after it; folders that are missing are made.

    Raises: StageError or ManifestError if something cannot be written there; InputError if it is to be signed and the
        certificate or the key is unusable.
    """
    if place.signer:
        check_signer(place.signer)
    wanted = [path for path in (place.target, place.poster, place.preview) if path]
    if len(set(wanted)) < len(wanted):
        raise ManifestError("two outputs have the same name", file=place.target, cure="give each a name of its own")
    for path in wanted:
        make_folder(path.parent)
        check_writable(path)


def spare_inputs(plan: Plan, written: list[Path]) -> None:
    """Refuse to write over what the plan reads: a portrait that is called as the contact sheet would be.

    Raises: ManifestError.
    """
    read = {Path(given.path) for task in plan.graph for given in task.inputs.values() if isinstance(given, FileInput)}
    for path in written:
        if any(path.exists() and path.samefile(each) for each in read if each.exists()):
            cure = "choose another output.path, or --no-sheet"
            raise ManifestError("would be written over, and it is one of the inputs", file=path, cure=cure)
