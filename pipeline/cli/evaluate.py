"""evaluate: self-reenactment of a folder of clips, by the measures of the papers."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engines import names
from foundation.artifacts import ArtifactStore
from foundation.atomic import make_folder, replacing
from foundation.errors import InputError
from foundation.reading import why
from foundation.schemes import MEDIAPIPE_478
from pipeline.cli.farm_options import running_of
from pipeline.cli.job import plan_job, store_at
from pipeline.cli.options import WORK, Debug, Json, Work, Workers
from pipeline.cli.render import short
from pipeline.cli.runs import Running, make_and_use
from pipeline.cli.written import Written, refuse_losses
from pipeline.manifest.load import LoadedManifest
from pipeline.plan.evaluation import evaluation, manifest_of
from pipeline.plan.made import artifact_of, facts_of
from stages.contracts import reconstruct

if TYPE_CHECKING:
    from pipeline.report.evaluation import Figures

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of clips, each of one face.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The folder for evaluation.csv, .json and .png.")]
Engine = Annotated[str, typer.Option("--engine", help=f"{', '.join(names())}.")]
Seconds = Annotated[float | None, typer.Option("--seconds", min=0.1, help="Take so many seconds of each clip.")]
Step = Annotated[int, typer.Option("--step", min=1, max=1000, help="Compare every so many frames.")]
SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".avi")


def run(
    folder: Folder,
    *,
    output: Output = Path("evaluation"),
    engine: Engine = "auto",
    seconds: Seconds = None,
    step: Step = 1,
    work: Work = WORK,
    workers: Workers = 0,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    clips = _clips(folder)
    store, running = store_at(work), running_of("local", None, workers, None, "json" if as_json else "auto")
    files = [output / f"evaluation.{kind}" for kind in ("csv", "png", "json")]
    refuse_losses([Written(path, "the evaluation", "choose another --output") for path in files], clips)
    make_folder(output)
    rows: dict[str, Figures] = {}
    left_out: dict[str, str] = {}
    for clip in clips:
        try:
            rows[clip.stem] = _evaluated(clip, manifest_of(clip, engine, seconds), step, store, running)
        except InputError as error:  # one clip without a face must not lose the others
            left_out[clip.name] = str(error)
            typer.echo(f"left out: {error}", err=True)
    if not rows:
        raise InputError("has no clip that can be evaluated", file=folder, cure="use clips of one face each")
    _write(output, rows, left_out, engine, step)
    _tell(output, rows, as_json=as_json)


def _clips(folder: Path) -> list[Path]:
    try:
        found = sorted(path.absolute() for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    except OSError as error:
        told = "it is a file, not a folder" if isinstance(error, NotADirectoryError) else why(error)
        raise InputError(told, file=folder, cure="name a folder of clips") from error
    if not found:
        raise InputError(f"has no clips ({', '.join(SUFFIXES)})", file=folder, cure="name a folder of clips")
    return found


def _evaluated(clip: Path, loaded: LoadedManifest, step: int, store: ArtifactStore, running: Running) -> Figures:
    """One clip's figures. Raises: DuetError."""
    from quality.reconstruction import NAMES

    plan = plan_job(loaded, store)
    wanted = evaluation(clip, plan, step)
    notice, figures = f"{clip.name}: {plan.notices[0]}", wanted.figures
    made = make_and_use(
        wanted.graph, [figures.key], store, running, lambda: artifact_of(store, figures), notices=[notice]
    )
    told = facts_of(reconstruct.CONTRACT, made).figures
    return {name: math.nan if (value := told[name]) is None else value for name in NAMES}


def _write(output: Path, rows: dict[str, Figures], left_out: dict[str, str], engine: str, step: int) -> None:
    from pipeline.report.evaluation import averaged, write_plot, write_table

    write_table(output / "evaluation.csv", rows)
    write_plot(output / "evaluation.png", rows)
    whole = {**rows, "mean": averaged(list(rows.values()))}
    known = {clip: {k: v if math.isfinite(v) else None for k, v in row.items()} for clip, row in whole.items()}
    about = {"engine": engine, "step": step, "landmarks": MEDIAPIPE_478, "clips": known, "left_out": left_out}
    with replacing(output / "evaluation.json") as temporary:
        temporary.write_text(json.dumps(about, indent=1), encoding="utf-8")


def _tell(output: Path, rows: dict[str, Figures], *, as_json: bool) -> None:
    from pipeline.report.evaluation import averaged
    from quality.reconstruction import NAMES

    mean = averaged(list(rows.values()))
    if as_json:
        told = {name: value if math.isfinite(value) else None for name, value in mean.items()}
        typer.echo(json.dumps({"event": "Done", "folder": str(output.absolute()), "clips": len(rows), "mean": told}))
        return
    typer.echo(f"{'clip':20}" + "".join(f"{name:>14}" for name in NAMES))
    for clip, figures in {**rows, "mean": mean}.items():
        typer.echo(f"{clip[:20]:20}" + "".join(f"{figures[name]:14.4g}" for name in NAMES))
    for name, file in (("table", "evaluation.csv"), ("plot", "evaluation.png")):
        typer.echo(f"{name:7} {short(output.absolute() / file)}")
