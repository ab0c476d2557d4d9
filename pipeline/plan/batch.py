"""A batch manifest -> its items, each a manifest of its own, and one graph for all: what they share is one task."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from glob import glob, has_magic
from pathlib import Path, PurePath
from typing import Any

from foundation.artifacts import Artifact
from foundation.digests import digest_of
from foundation.errors import DuetError, InputError, ManifestError
from media.credentials.provenance import Provenance
from pipeline.manifest.load import LoadedManifest
from pipeline.manifest.parts.batch import NAME_PLACE, Batch
from pipeline.manifest.parts.output import Output
from pipeline.plan.build import Job, build
from pipeline.plan.expand import expand
from pipeline.plan.first import read_facts
from pipeline.plan.graph import Graph
from pipeline.plan.sources import SAMPLE
from stages.artifacts import Film, Verdict

MOST_ITEMS = 100_000
MOST_BYTES = 16 << 20

Row = tuple[str, str, str | None]
"""A portrait, a clip and, where it is given, the item's name."""

Probe = Callable[[Graph], tuple[Mapping[str, Artifact], Mapping[str, DuetError]]]
"""Runs the first tasks of a graph; what they made, and why some failed, by key."""


@dataclass
class Item:
    """One video of a batch.

    Attributes:
        loaded: its own manifest. target: where the video goes.
        verdict, video, about: what the checks say of it, it, and what it says of itself, once it is planned.
        error: why it cannot be made.
    """

    name: str
    portrait: str
    driving: str
    loaded: LoadedManifest
    target: Path
    verdict: Verdict | None = None
    video: Film | None = None
    about: Provenance = field(default_factory=lambda: Provenance(""))
    error: DuetError | None = None


@dataclass
class BatchPlan:
    """Everything that a batch does.

    Attributes:
        alone: how many tasks each stage would have if nothing were shared.
        reads: every file that is read (see pipeline.plan.build.Job), of items that cannot be planned what is known.
    """

    items: list[Item]
    graph: Graph = field(default_factory=Graph)
    alone: Counter[str] = field(default_factory=Counter)
    reads: set[Path] = field(default_factory=set)
    notices: list[str] = field(default_factory=list)


def read_items(loaded: LoadedManifest) -> list[Item]:
    """The items of a batch manifest, in order.

    Raises:
        ManifestError: two items have one name, or there are none; InputError: the CSV file cannot be read.
    """
    batch = loaded.manifest.batch
    if batch is None:
        raise ManifestError("has no batch section", cure="add one, or use `render`")
    rows = _pairs(loaded, batch.pairs) if batch.pairs is not None else _matrix(loaded, batch)
    if len(rows) > MOST_ITEMS:
        raise ManifestError(f"{len(rows)} items are too many", cure=f"split the batch: at most {MOST_ITEMS} each")
    items = [_item(loaded, batch, number, row) for number, row in enumerate(rows, start=1)]
    twice = [name for name, count in Counter(item.name.casefold() for item in items).items() if count > 1]
    if twice:
        told = ", ".join(twice[:5]) + (f" and {len(twice) - 5} more" if len(twice) > 5 else "")
        raise ManifestError(f"batch.name gives several items the same name: {told}", cure="add {index} to batch.name")
    return items


def plan_batch(items: Iterable[Item], probe: Probe) -> BatchPlan:
    """The plan of all items; those that cannot be planned have their `error`."""
    plan = BatchPlan(list(items))
    digest = cache(digest_of)
    jobs: list[tuple[Item, Job]] = []
    probes = Graph()
    for item in plan.items:
        try:
            jobs.append((item, build(item.loaded, digest)))
        except DuetError as error:
            item.error = error
            plan.reads |= {item.loaded.path(written) for written in (item.portrait, item.driving)}
            continue
        plan.reads |= jobs[-1][1].reads
        for task in jobs[-1][1].first:
            probes.add(task)
    made, failed = probe(probes)
    for item, job in jobs:
        try:
            _expand(plan, item, job, made, failed)
        except DuetError as error:
            item.error = error
    return plan


def _expand(
    plan: BatchPlan, item: Item, job: Job, made: Mapping[str, Artifact], failed: Mapping[str, DuetError]
) -> None:
    """Raises: DuetError: why the item cannot be planned."""
    for task in job.first:
        if task.key in failed:
            raise failed[task.key]
    planned = expand(job, read_facts(job, made))
    for task in planned.graph:
        plan.graph.add(task)
        plan.alone[task.stage] += 1
    item.verdict, item.video, item.about = planned.verdict, planned.video, planned.about
    if not plan.notices:
        plan.notices += planned.notices


def _item(loaded: LoadedManifest, batch: Batch, number: int, row: Row) -> Item:
    portrait, driving, name = row
    stems = {"portrait": _stem(portrait), "driving": _stem(driving)}
    name = name or batch.name.format(**stems, index=number)
    if name != PurePath(name).name or name.startswith(".") or "\\" in name or len(name.encode()) > 200:
        raise ManifestError(f"{name!r} cannot be an item's name", cure="use a plain file name of at most 200 bytes")
    manifest = loaded.manifest
    clip = batch.performer.driving.model_copy(update={"video": driving})
    performer = batch.performer.model_copy(update={"portrait": portrait, "driving": clip})
    output = _named(manifest.output, name)
    changes = {
        "batch": None,
        "title": manifest.title or name,
        "performers": {_performer(name): performer},
        "output": output,
    }
    own = LoadedManifest(manifest.model_copy(update=changes), loaded.folder, name, loaded.file)
    return Item(name, portrait, driving, own, loaded.path(output.path))


def _named(output: Output, name: str) -> Output:
    """The output with the item's name in every path."""
    changes: dict[str, Any] = {"path": output.path.replace(NAME_PLACE, name)}
    for kind in ("poster", "preview"):
        beside = getattr(output, kind)
        if beside is not None:
            changes[kind] = beside.model_copy(update={"path": beside.path.replace(NAME_PLACE, name)})
    return output.model_copy(update=changes)


def _stem(written: str) -> str:
    """A file's name without its ending, as a part of another file's name."""
    stem = written.removeprefix(SAMPLE) if written.startswith(SAMPLE) else PurePath(written).stem
    return re.sub(r'[\x00-\x1f/\\:*?"<>|]', "_", stem)


def _performer(name: str) -> str:
    """The item's name as a performer's, which has fewer characters to choose from."""
    plain = re.sub(r"[^\w -]", "_", name)
    return (plain if re.match(r"[^\W\d]", plain) and plain[0] != "_" else f"item {plain}")[:64]


def _matrix(loaded: LoadedManifest, batch: Batch) -> list[Row]:
    portraits = _found(loaded, "portraits", batch.portraits or "")
    clips = _found(loaded, "driving", batch.driving or "")
    return [(portrait, clip, None) for portrait in portraits for clip in clips]


def _found(loaded: LoadedManifest, name: str, written: str | list[str]) -> list[str]:
    """The files that a field names; of a pattern, those that it matches, sorted."""
    found: dict[str, None] = {}
    for each in [written] if isinstance(written, str) else written:
        if not has_magic(each):
            found[each] = None
            continue
        pattern = str(Path(each).expanduser())
        matches = sorted(glob(pattern, root_dir=loaded.folder, recursive=True))  # noqa: PTH207  (Path refuses absolute)
        files = [match for match in matches if (loaded.folder / match).is_file()]
        if not files:
            raise ManifestError(
                f"batch.{name}: {each!r} matches no file", file=loaded.folder, cure="correct the pattern"
            )
        found |= dict.fromkeys(files)
    return list(found)


def _pairs(loaded: LoadedManifest, written: str) -> list[Row]:
    path = loaded.path(written)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ManifestError("is too large for a list of pairs", file=path, cure="split it")
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path, cure="correct batch.pairs") from error
    except UnicodeDecodeError as error:
        raise InputError("is not text in UTF-8", file=path, cure="save it as CSV in UTF-8") from error
    reader = csv.DictReader(lines, strict=True)
    cure = "write a first line: portrait,driving or portrait,driving,name"
    try:
        unknown = set(reader.fieldnames or ()) ^ {"portrait", "driving"}
        if unknown - {"name"}:
            raise ManifestError(f"its columns are {', '.join(reader.fieldnames or ['none'])}", file=path, cure=cure)
        rows = [_pair(row, reader.line_num, path) for row in reader]
    except csv.Error as error:
        raise ManifestError(f"line {reader.line_num}: {error}", file=path, cure="save it as CSV") from error
    if not rows:
        raise ManifestError("names no pair", file=path, cure="write a line for each video")
    return rows


def _pair(row: dict[str, Any], line: int, path: Path) -> Row:
    portrait, driving, name = ((row.get(key) or "").strip() for key in ("portrait", "driving", "name"))
    if not portrait or not driving or None in row:
        raise ManifestError(f"line {line}: a portrait and a clip are needed", file=path, cure="complete that line")
    return portrait, driving, name or None
