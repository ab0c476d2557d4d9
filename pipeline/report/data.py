"""Everything that a report tells, as plain data: what report.html shows, carries along, and `compare` reads again."""

from __future__ import annotations

import base64
import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundation.artifacts import ArtifactStore
from foundation.codec import encode
from foundation.digests import digest_of
from foundation.version import libraries
from pipeline.manifest.load import LoadedManifest
from pipeline.plan.expand import Plan
from pipeline.plan.made import artifact_of
from pipeline.plan.task import FileInput
from pipeline.report import song
from pipeline.report.lapses import lapses
from pipeline.report.record import stage_rows
from pipeline.report.timeline import scenes, words
from pipeline.report.verdict import verdict_of
from quality.features import COLUMNS
from stages import STAGES

Data = dict[str, Any]
VERSION = 1
POINTS = 1200
"""A plot of more points than this is thinned out."""


@dataclass(frozen=True)
class Made:
    """A result that has been made: its manifest, its plan, where its work lies, and the video."""

    loaded: LoadedManifest
    plan: Plan
    store: ArtifactStore
    video: Path


def collect(made: Made, record: dict[str, Any] | None) -> Data:
    """The report's data.

    Args:
        record: of the run, see Recorder; None: unknown.
    Raises: Spoilt if the result is gone.
    """
    plan, store, loaded = made.plan, made.store, made.loaded
    check = artifact_of(store, plan.verdict)
    with np.load(check.folder / "series.npz", allow_pickle=False) as file:
        series = {name: thinned(file[name]) for name in file.files}
    cached = set(record["cached"]) if record else set()
    return {
        "duet_report": VERSION,
        "title": loaded.manifest.title or loaded.name,
        "video": made.video.name,
        "frames": plan.frames,
        "fps": str(plan.fps),
        "seconds": round(float(plan.frames / plan.fps), 3),
        "rows": encode(verdict_of(plan.verdict, store).rows),
        "performers": {name: _performer(made, name) for name in plan.performers},
        "series": series,
        "scenes": encode(scenes(plan)),
        "words": encode(words(plan, store)),
        "stills": pictures(check.folder, "still"),
        "stages": stage_rows(plan.graph, store, cached),
        "record": None if record is None else {key: record[key] for key in ("made", "seconds")},
        "notices": plan.notices + lapses(plan, store),
        "manifest": loaded.manifest.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "versions": versions(),
        "hashes": _hashes(made),
    }


def thinned(values: NDArray[Any]) -> list[float | None]:
    """At most POINTS of the values, rounded; NaN as None."""
    step = max(1, -(-len(values) // POINTS))
    return [None if not np.isfinite(value) else round(float(value), 4) for value in values[::step]]


def pictures(folder: Path, name: str) -> list[str]:
    """NAME0.jpg, NAME1.jpg, ... of an artifact as data URIs."""
    found = sorted(folder.glob(f"{name}[0-9].jpg"))
    return ["data:image/jpeg;base64," + base64.b64encode(path.read_bytes()).decode() for path in found]


def versions() -> dict[str, Any]:
    """Of Python, of the libraries that decide a picture, and of the stages."""
    known: dict[str, Any] = {"python": platform.python_version(), "machine": platform.machine(), "cpus": os.cpu_count()}
    return known | libraries() | {"stages": {name: spec.version for name, spec in STAGES.items()}}


def _performer(made: Made, name: str) -> Data:
    planned = made.plan.performers[name]
    about: Data = {
        "engine": planned.engine,
        "frames": planned.frames,
        "times": [],
        "driver": {},
        "result": {},
        "pairs": [],
        "sung": song.told(made.store, planned.clip.made_up, float(made.plan.fps), planned.frames),
    }
    looks = _looks_at(made, name)
    if looks is None:
        return about
    with np.load(looks / "looks.npz", allow_pickle=False) as file:
        seconds = file["frames"] / float(made.plan.fps)
        rows = {who: file[who] for who in ("driver", "result")}
    about["times"] = thinned(seconds)
    for who, table in rows.items():
        about[who] = {column: thinned(table[:, number]) for number, column in enumerate(COLUMNS)}
    moments = json.loads((looks / "pairs.json").read_text(encoding="utf-8"))
    told = zip(moments, pictures(looks, "pair"), strict=True)
    about["pairs"] = [{"seconds": round(float(at / made.plan.fps), 2), "picture": picture} for at, picture in told]
    return about


def _looks_at(made: Made, name: str) -> Path | None:
    """Where the looks at a performer lie."""
    looks = made.plan.looks.get(name)
    found = None if looks is None else made.store.find(looks.stage, looks.key)
    return found.folder if found else None


def _hashes(made: Made) -> list[dict[str, str]]:
    """sha256 of the video and of every file that it was made from, and the key of the result."""
    files: dict[str, str] = {}
    for task in made.plan.graph:
        for _, given in task.given:
            if isinstance(given, FileInput):
                files.setdefault(Path(given.path).name, given.digest)
    rows = [{"what": name, "sha256": digest} for name, digest in sorted(files.items())]
    if made.video.is_file():
        rows.insert(0, {"what": made.video.name, "sha256": digest_of(made.video)})
    return [*rows, {"what": "key of the checked result", "sha256": made.plan.verdict.key}]
