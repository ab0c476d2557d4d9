"""The published demo's command line, for `animate`: its flags, its defaults, its frames, and the clip's sound."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import typer

from engines import ENGINES
from engines.about import Demo as Form
from engines.neural.files import fetched_folder
from engines.neural.section import PRECISIONS, Arithmetic, Precision
from foundation.artifacts import ArtifactStore
from foundation.atomic import check_writable, make_folder
from foundation.codec import encode
from foundation.devices import Device, device_class
from foundation.errors import ManifestError
from pipeline.cli.deliver import put
from pipeline.cli.render import short
from pipeline.cli.runs import Running, make_and_use
from pipeline.cli.written import Written, refuse_losses
from pipeline.executors.run_task import run_task
from pipeline.plan.made import artifact_of, facts_of
from pipeline.plan.published import Demo, DemoPlan, build_demo, expand_demo
from pipeline.report.verdict import Verdict, failed_name, verdict_of
from stages.contracts import demo, probe

RESULT = Path("result.mp4")
SHAPE = "256,256"
PRECISION: Precision = "fast"
USUAL = "tpsmm"
"""The engine whose demo is meant where none is named."""
SUFFIXES = (".mp4", ".mkv")


@dataclass(frozen=True)
class Flags:
    """The demo's flags as they were given; None or False: not given."""

    config: Path | None
    checkpoint: Path | None
    source_image: Path | None
    driving_video: Path | None
    result_video: Path | None
    img_shape: str | None
    mode: str | None
    relative: bool
    adapt_scale: bool
    find_best_frame: bool
    best_frame: int | None
    precision: str | None
    cpu: bool

    @property
    def given(self) -> list[str]:
        """The flags that were."""
        return [f"--{name}" for name, value in vars(self).items() if value or (value == 0 and value is not False)]


def animate_published(engine: str | None, flags: Flags, store: ArtifactStore, running: Running) -> None:
    """Run the demo, put the video in its place, and tell where it is.

    Args:
        engine: whose demo; None: USUAL's.
    Raises: DuetError; whatever stood at the result's place is then as it was.
    """
    notices: list[str] = []
    target = (flags.result_video or RESULT).absolute()
    asked = _demo(engine or USUAL, flags, target, notices)
    check_writable(target, making=True)
    job = build_demo(asked)
    files = [Path(given.path) for given in job.files.values()]
    places = (target, failed_name(target))
    refuse_losses([Written(path, "the video", "choose another --result_video") for path in places], files)
    make_folder(target.parent)
    plan = expand_demo(job, facts_of(probe.CONTRACT, run_task(job.probe, store, _silent)))
    if not plan.sounds:
        notices.append("the driving clip has no sound: the video will be silent")

    def hand_over() -> tuple[Verdict, Path]:
        verdict = verdict_of(plan.verdict, store)
        put(store, plan.video, f"video{asked.suffix}", verdict.place(target))
        return verdict, verdict.place(target)

    wanted = [plan.verdict.key, plan.video.key]
    verdict, target = make_and_use(plan.graph, wanted, store, running, hand_over, notices=notices)
    _tell(plan, verdict, store, target, as_json=running.as_json)
    verdict.refuse(target)


def _demo(engine: str, flags: Flags, target: Path, notices: list[str]) -> Demo:
    """The flags, checked and completed.

    Raises: ManifestError.
    """
    form = _form(engine, flags)
    if flags.config is None:
        given = ", ".join(flags.given)
        raise ManifestError(f"{given}: the published form needs --config", cure="name one, such as vox-256.yaml")
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES or target.is_dir():
        cure = "choose such a name; .mkv keeps every pixel"
        raise ManifestError("--result_video must be a file that ends in .mp4 or .mkv", file=target, cure=cure)
    shape = _shape(flags.img_shape or SHAPE)
    how = Arithmetic.of(_precision(flags.precision or PRECISION), "cpu" if flags.cpu else _device(notices))
    return Demo(
        config=_config(form, flags.config, notices).absolute(),
        checkpoint=_checkpoint(form, flags, notices).absolute(),
        source=(flags.source_image or form.source).absolute(),
        driving=(flags.driving_video or form.driving).absolute(),
        shape=shape,
        engine=engine,
        options=form.options(vars(flags), how),
        best=flags.find_best_frame and flags.best_frame is None,
        reference=flags.best_frame or 0,
        suffix=suffix,
        title=target.stem,
    )


def _form(engine: str, flags: Flags) -> Form:
    """The demo of an engine.

    Raises: ManifestError: it has none, or other flags.
    """
    forms = {name: form for name in ENGINES if (form := ENGINES[name].describe().demo)}
    form = forms.get(engine)
    if form is None:
        problem = f"{', '.join(flags.given)} cannot go with --engine {engine}: it has no such demo"
        raise ManifestError(problem, cure=f"use --engine {' or '.join(forms)}, or animate PORTRAIT CLIP -o OUT")
    known = {f"--{flag}" for other in forms.values() for flag in other.flags} - {f"--{flag}" for flag in form.flags}
    foreign = [flag for flag in flags.given if flag in known]
    if foreign:
        problem = f"{', '.join(foreign)} cannot go with the demo of {engine}"
        raise ManifestError(problem, cure=f"its own flags are {', '.join(f'--{flag}' for flag in form.flags)}")
    if flags.best_frame is not None and flags.best_frame < 0:
        raise ManifestError(f"--best_frame is {flags.best_frame}", cure="count frames from 0")
    return form


def _config(form: Form, config: Path, notices: list[str]) -> Path:
    ours = form.configs / config.name
    if config.is_file() or not ours.is_file():
        return config
    notices.append(f"there is no {config}: taking the published {ours.stem} that comes with Duet")
    return ours


def _checkpoint(form: Form, flags: Flags, notices: list[str]) -> Path:
    """The file named; where none is, the demo's own default, or else what was fetched for the config."""
    if flags.checkpoint is not None or form.checkpoint.is_file() or flags.config is None:
        return flags.checkpoint or form.checkpoint
    fetched = fetched_folder() / f"{form.fetched(flags.config.stem)}.safetensors"
    if not fetched.is_file():
        return form.checkpoint
    notices.append(f"there is no {form.checkpoint}: taking the fetched {fetched}")
    return fetched


def _device(notices: list[str]) -> Device:
    if device_class() == "cpu":
        notices.append("there is no CUDA device: running on the CPU, as with --cpu")
    return device_class()


def _precision(named: str) -> Precision:
    found = next((known for known in PRECISIONS if known == named), None)
    if found is None:
        raise ManifestError(f"--precision is {named!r}", cure=f"use one of {', '.join(PRECISIONS)}")
    return found


def _shape(written: str) -> tuple[int, int]:
    """Height and width from "256,256", in the demo's order."""
    words = written.split(",")
    if len(words) != 2 or not all(word.strip().isdecimal() for word in words):
        raise ManifestError(f"--img_shape is {written!r}", cure="write height and width, such as 256,256")
    height, width = (int(word) for word in words)
    if not (32 <= height <= 4096 and 32 <= width <= 4096):
        raise ManifestError(f"--img_shape is {written!r}", cure="choose from 32 to 4096, the size of the training")
    return height, width


def _tell(plan: DemoPlan, verdict: Verdict, store: ArtifactStore, target: Path, *, as_json: bool) -> None:
    facts = facts_of(demo.CONTRACT, artifact_of(store, plan.picture))
    if as_json:
        about = {"network": facts.path, "reference": facts.reference, "checks": encode(verdict.rows)}
        typer.echo(json.dumps({"event": "Done", "video": str(target), **about}, ensure_ascii=False))
        return
    typer.echo(f"video   {short(target)}")
    typer.echo(f"network {facts.path}; motion measured from frame {facts.reference}")
    for line in verdict.lines:
        typer.echo(f"check   {line}")


def _silent(done: int, total: int) -> None:
    """Probing takes no time worth showing."""
