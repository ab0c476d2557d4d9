"""A batch manifest -> its items, each a manifest of its own, and one graph for all: what they share is one task."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from glob import glob, has_magic
from pathlib import Path, PurePath
from typing import Any

from foundation.artifacts import Artifact
from foundation.digests import digest_of
from foundation.errors import DuetError, ManifestError
from foundation.home import expanded
from foundation.limits import Limit
from media.credentials.claims import Claim
from media.samples import SAMPLE
from pipeline.manifest.load import LoadedManifest
from pipeline.manifest.parts.batch import NAME_PLACE, Batch
from pipeline.manifest.parts.output import Output
from pipeline.manifest.parts.words import Lyrics
from pipeline.manifest.paths import as_file
from pipeline.plan.build import Job, build
from pipeline.plan.expand import expand
from pipeline.plan.first import read_facts
from pipeline.plan.graph import Graph
from pipeline.plan.pairs import Pair, read_pairs
from stages.artifacts import Film
from stages.findings import Verdict

MOST_NOTICES = 20

Probe = Callable[[Graph], tuple[Mapping[str, Artifact], Mapping[str, DuetError]]]
"""Runs the first tasks of a graph; what they made, and why some failed, by key."""


@dataclass
class Item:
    """One video of a batch.

    Attributes:
        loaded: its own manifest.
        target: where the video goes.
        verdict, video, claim: what the checks say of it, it, and what its credentials say, once it is planned.
        error: why it cannot be made.
        notices: about the table that it comes from.
    """

    name: str
    portrait: str
    driving: str
    loaded: LoadedManifest
    target: Path
    verdict: Verdict | None = None
    video: Film | None = None
    claim: Claim | None = None
    error: DuetError | None = None
    notices: list[str] = field(default_factory=list)


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

    @property
    def lacking(self) -> list[str]:
        """A line for each item that cannot be made."""
        return [f"cannot be made: {item.name}: {item.error}" for item in self.items if item.error]


def read_items(loaded: LoadedManifest) -> list[Item]:
    """The items of a batch manifest, in order.

    Raises:
        ManifestError: two items have one name, or there are none; InputError: the CSV file cannot be read.
    """
    batch = loaded.manifest.batch
    if batch is None:
        raise ManifestError("has no batch section", cure="add one, or use `render`")
    rows, notices = read_pairs(loaded.path(batch.pairs)) if batch.pairs is not None else (_matrix(loaded, batch), [])
    if len(rows) > Limit.BATCH_ITEMS.now:
        cure = f"split the batch: at most {Limit.BATCH_ITEMS.now} each; or {Limit.BATCH_ITEMS.cure}"
        raise ManifestError(f"{len(rows)} items are too many", cure=cure)
    items = [_item(loaded, batch, number, row) for number, row in enumerate(rows, start=1)]
    items[0].notices += notices
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
    plan.notices += [notice for item in plan.items for notice in item.notices]
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
    item.verdict, item.video, item.claim = planned.verdict, planned.video, planned.claim
    fresh = [notice for notice in planned.notices if notice not in plan.notices]
    plan.notices += fresh[: max(0, MOST_NOTICES - len(plan.notices))]


def _item(loaded: LoadedManifest, batch: Batch, number: int, row: Pair) -> Item:
    stems = {"portrait": _stem(row.portrait), "driving": _stem(row.driving)}
    name = row.name or batch.name.format(**stems, index=number)
    if name != PurePath(name).name or name.startswith(".") or "\\" in name or len(name.encode()) > 200:
        raise ManifestError(f"{name!r} cannot be an item's name", cure="use a plain file name of at most 200 bytes")
    manifest = loaded.manifest
    span = {edge: place for edge in ("start", "end") if (place := getattr(row, edge)) is not None}
    clip = batch.performer.driving.model_copy(update={"video": row.driving} | span)
    performer = batch.performer.model_copy(update={"portrait": row.portrait, "driving": clip})
    if row.face is not None and performer.subject == "whole":
        told = f"{name} names a face, and with subject: whole none is looked for"
        raise ManifestError(told, cure="leave that column of batch.pairs empty")
    if row.face is not None:
        performer = performer.model_copy(update={"face": row.face})
    output = _named(manifest.output, name)
    changes: dict[str, object] = {
        "batch": None,
        "title": manifest.title or name,
        "performers": {_performer(name): performer},
        "output": output,
    }
    if row.song is not None:
        changes["audio"] = manifest.audio.model_copy(update={"source": row.song})
    if row.lyrics is not None:
        changes["lyrics"] = (manifest.lyrics or Lyrics(file="")).model_copy(update={"file": row.lyrics})
    own = replace(loaded, manifest=manifest.model_copy(update=changes), name=name)
    return Item(name, row.portrait, row.driving, own, loaded.path(output.path))


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
    return re.sub(r'[\x00-\x1f/\\:*?"<>|\ud800-\udfff]', "_", stem)  # the last: what is not in UTF-8


def _performer(name: str) -> str:
    """The item's name as a performer's, which has fewer characters to choose from."""
    plain = re.sub(r"[^\w -]", "_", name)
    return (plain if re.match(r"[^\W\d]", plain) and plain[0] != "_" else f"item {plain}")[:64]


def _matrix(loaded: LoadedManifest, batch: Batch) -> list[Pair]:
    portraits = _found(loaded, "portraits", batch.portraits or "")
    clips = _found(loaded, "driving", batch.driving or "")
    return [Pair(portrait=portrait, driving=clip) for portrait in portraits for clip in clips]


def _found(loaded: LoadedManifest, name: str, written: str | list[str]) -> list[str]:
    """The files that a field names; of a pattern, those that it matches, sorted."""
    found: dict[str, None] = {}
    for each in [written] if isinstance(written, str) else written:
        if not has_magic(each) or loaded.path(each).is_file():
            found[each] = None
            continue
        try:
            pattern = str(expanded(each))
        except ValueError as error:
            raise ManifestError(f"batch.{name}: {error}", cure="write the whole path") from error
        matches = sorted(glob(pattern, root_dir=loaded.folder, recursive=True))  # noqa: PTH207  (Path refuses absolute)
        files = [as_file(match) for match in matches if (loaded.folder / match).is_file()]
        if not files:
            raise ManifestError(
                f"batch.{name}: {each!r} matches no file", file=loaded.folder, cure="correct the pattern"
            )
        found |= dict.fromkeys(files)
    return list(found)
