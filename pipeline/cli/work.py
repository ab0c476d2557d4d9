"""work: what the work folder holds, whether it is sound, and making room in it."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer

from foundation.artifacts import ArtifactStore
from foundation.errors import ManifestError, StageError
from foundation.housekeeping import Kept, clean, inventory, logs_older_than, superfluous
from foundation.label import OtherFormat
from pipeline.cli.job import store_at
from pipeline.cli.options import WORK, Debug, Json, Work

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
SIZES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}

OlderThan = Annotated[
    str | None, typer.Option("--older-than", metavar="AGE", help="Remove what was not used for 36h, 7d, 2w.")
]
MostBytes = Annotated[
    str | None,
    typer.Option("--max-size", metavar="SIZE", help="Remove what was unused the longest until 500M, 20G are left."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would be removed, and remove nothing.")]


app = typer.Typer(no_args_is_help=True)


@app.command(help="Sizes by stage, and who is at work in it.")
def show(*, work: Work = WORK, as_json: Json = False, debug: Debug = False) -> None:
    store = store_at(work)
    kept = list(inventory(store))
    leases = [asdict(lease) | {"seconds_silent": round(store.leases.age(lease), 1)} for lease in store.leases.living()]
    if as_json:
        stages = {
            stage: _sums([one for one in kept if one.stage == stage]) for stage in sorted({k.stage for k in kept})
        }
        typer.echo(json.dumps({"folder": str(store.root), "stages": stages, "at_work": leases}))
        return
    typer.echo(str(store.root))
    counts, sizes = Counter[str](), Counter[str]()
    for one in kept:
        counts[one.stage] += 1
        sizes[one.stage] += one.size
    for stage, size in sizes.most_common():
        typer.echo(f"{stage:12} {counts[stage]:>7} artifacts {size / 1e6:>11.1f} MB")
    typer.echo(f"{'all':12} {len(kept):>7} artifacts {sum(sizes.values()) / 1e6:>11.1f} MB")
    for lease in leases:
        typer.echo(f"at work: {lease['key'][:12]} by process {lease['pid']} on {lease['host']}")


@app.command(help="Compare every file with its digest; what is damaged is removed, and made again.")
def check(*, work: Work = WORK, as_json: Json = False, debug: Debug = False) -> None:
    store = store_at(work)
    bad: dict[Kept, str] = {}
    other: list[Kept] = []
    processors = Counter[str]()
    for one in inventory(store):
        try:
            damage = store.damage(one.stage, one.key)
        except OtherFormat:
            other.append(one)
            continue
        if damage:
            bad[one] = damage
            store.discard(one.stage, one.key)
        else:
            processors[_processor(store, one)] += 1
    checked = processors.total() + len(bad)
    if as_json:
        rows = [{"stage": one.stage, "key": one.key, "file": file} for one, file in bad.items()]
        about = {"checked": checked, "damaged": rows, "other_format": len(other), "processors": dict(processors)}
        typer.echo(json.dumps(about))
        return
    for one, file in bad.items():
        typer.echo(f"damaged, removed: {one.stage} {one.key[:12]}: {file}")
    typer.echo(f"{checked - len(bad)} of {checked} artifacts have the bytes that they were made with")
    if other:
        typer.echo(f"{len(other)} artifacts of other versions of Duet are not used; work clean removes them by age")
    if len(processors) > 1:
        made = ", ".join(f"{count} on {name}" for name, count in processors.most_common())
        typer.echo(f"made on processors of several classes, whose last bits may differ: {made}")


def _processor(store: ArtifactStore, one: Kept) -> str:
    """The class of the processor that made an artifact."""
    try:
        return str(store.label(one.stage, one.key).about["versions"]["processor"])
    except (OSError, ValueError, KeyError, TypeError):
        return "unknown"


@app.command("clean", help="Remove finished work by age and size. What is needed again is made again.")
def remove(
    *,
    work: Work = WORK,
    older_than: OlderThan = None,
    max_size: MostBytes = None,
    dry_run: DryRun = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    if older_than is None and max_size is None:
        raise ManifestError("work clean needs a limit", cure="name --older-than 7d, --max-size 20G, or both")
    store = store_at(work)
    age, most = _age(older_than), _size(max_size)
    chosen = superfluous(list(inventory(store)), older_than=age, most_bytes=most, now=time.time())
    if not dry_run:
        clean(store, chosen)
        _remove_logs(store, age)
    sums = _sums(chosen)
    if as_json:
        typer.echo(json.dumps({"removed": not dry_run, **sums}))
    else:
        verb = "would be removed" if dry_run else "removed"
        typer.echo(f"{sums['artifacts']} artifacts {verb}, {sums['bytes'] / 1e6:.1f} MB")


def _remove_logs(store: ArtifactStore, age: float | None) -> None:
    for path in logs_older_than(store.root, age) if age is not None else ():
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StageError(error.strerror or str(error), file=path, cure="remove it by hand") from error


def _sums(kept: list[Kept]) -> dict[str, int]:
    return {"artifacts": len(kept), "bytes": sum(one.size for one in kept)}


def _age(written: str | None) -> float | None:
    """Seconds of "36h", "7d"."""
    if written is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw])", written.strip())
    if not found:
        raise ManifestError(f"--older-than is {written!r}", cure="write a number and s, m, h, d or w, such as 7d")
    return float(found[1]) * UNITS[found[2]]


def _size(written: str | None) -> int | None:
    """Bytes of "500M", "20G"."""
    if written is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([kmgt]?)b?", written.strip().lower())
    if not found:
        raise ManifestError(f"--max-size is {written!r}", cure="write a number and k, M, G or T, such as 20G")
    return int(float(found[1]) * SIZES[found[2]])
