"""train: a network of one's own, from folders of clips."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Never

import typer

from engines.neural.files import CONFIGS, config_file
from foundation.artifacts import ArtifactStore
from foundation.errors import ManifestError
from pipeline.cli.farm_options import running_of
from pipeline.cli.job import store_at
from pipeline.cli.options import WORK, Debug, Json, Work, Workers
from pipeline.cli.runs import run_graph
from pipeline.cli.written import Written, refuse_losses
from pipeline.executors.run_task import run_task
from pipeline.manifest.dataset import load_training_config
from pipeline.plan.made import facts_of, folder_of
from pipeline.plan.task import FileInput
from pipeline.plan.training import DatasetPlan, plan_dataset
from stages.contracts import probe

if TYPE_CHECKING:
    from tqdm import tqdm

    from training.order import TubeFiles
    from training.run import Told

DEVICES = ("cpu", "cuda")
WRITES = ("*.pt", "*.csv", "*.safetensors", "*.tar", "sheet-*.png")
"""What a run writes into its folder, as patterns."""

Config = Annotated[str, typer.Argument(metavar="CONFIG", help="A name in configs/models, or a file.")]
Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="The clips' folder, in place of root_dir.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="DIR", help="State, log, sheets and checkpoint.")]
Initial = Annotated[Path | None, typer.Option("--from", metavar="FILE", help="Start from this checkpoint's weights.")]
Threads = Annotated[int, typer.Option("--threads", min=0, help="Of PyTorch; 0: as many as it likes.")]
Avd = Annotated[bool, typer.Option("--avd", help="Train the AVD network of the checkpoint --from, nothing else.")]
Vgg = Annotated[Path | None, typer.Option("--vgg", metavar="FILE", help="torchvision's vgg19, for the paper's loss.")]
Processes = Annotated[int, typer.Option("--processes", min=1, max=64, help="That train together, each on a GPU.")]
Device = Annotated[str, typer.Option("--device", help="cpu or cuda.")]
Bf16 = Annotated[bool, typer.Option("--bf16", help="Most products in bfloat16, where the processor has it.")]
Minutes = Annotated[float | None, typer.Option("--minutes", min=0, help="Stop after so long; run again to go on.")]


def run(
    config: Config,
    *,
    out: Out = None,
    data: Data = None,
    initial: Initial = None,
    avd: Avd = False,
    vgg: Vgg = None,
    threads: Threads = 0,
    processes: Processes = 1,
    device: Device = "cpu",
    bf16: Bf16 = False,
    minutes: Minutes = None,
    work: Work = WORK,
    workers: Workers = 0,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    _refuse(device, processes, minutes)
    path = config_file(config, CONFIGS, Path)
    training = load_training_config(path, data)
    folder = (out or Path("out") / "training" / path.stem).absolute()
    store = store_at(work)
    plan = plan_dataset(training, lambda task: facts_of(probe.CONTRACT, run_task(task, store, _silent)))
    written = (file for pattern in WRITES for file in folder.glob(pattern))
    read = _read(plan, path, initial, vgg)
    refuse_losses([Written(file, "what is trained", "choose another --out") for file in written], read)
    running = running_of("local", None, workers, None, "json" if as_json else "auto")
    run_graph(plan.graph, [tube.crops.key for tube in plan.tubes], store, running)
    from training.order import Order  # PyTorch: seconds that other commands do not need
    from training.run import train  # PyTorch: seconds that other commands do not need

    order = Order(
        config=path,
        sections=training.sections,
        tubes=_files(plan, store),
        data=_digest(plan),
        folder=folder,
        strength=training.dataset.augmentation_params.strength,
        avd=avd,
        vgg=vgg,
        initial=initial,
        most_seconds=None if minutes is None else 60 * minutes,
        threads=threads,
        processes=processes,
        device=device,
        bf16=bf16,
    )
    with _Bar(as_json=as_json) as bar:
        made = train(order, bar.told)
    typer.echo(json.dumps({"event": "Done", "checkpoint": str(made)}) if as_json else f"checkpoint {made}")


def _refuse(device: str, processes: int, minutes: float | None) -> None:
    """Raises: ManifestError for options that cannot be."""
    if device not in DEVICES:
        raise ManifestError(f"--device is {device!r}", cure=f"use one of {', '.join(DEVICES)}")
    if processes > 1 and minutes is not None:
        raise ManifestError("--minutes is for one process", cure="stop the others with Ctrl-C: the state is kept")


def _read(plan: DatasetPlan, *named: Path | None) -> set[Path]:
    """Every file that a run reads."""
    given = (each for task in plan.graph for _, each in task.given if isinstance(each, FileInput))
    return {Path(each.path) for each in given} | {path for path in named if path is not None}


def _files(plan: DatasetPlan, store: ArtifactStore) -> list[TubeFiles]:
    from training.order import TubeFiles

    return [
        TubeFiles(tube.name, tube.person, tube.real, tube.held_out, folder_of(store, tube.crops)) for tube in plan.tubes
    ]


def _digest(plan: DatasetPlan) -> str:
    """Names the data: the tubes' keys."""
    keys = sorted(tube.crops.key for tube in plan.tubes)
    return hashlib.sha256("".join(keys).encode()).hexdigest()


class _Bar:
    """Steps as a bar on a terminal; figures as lines, or as JSON."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._bar: tqdm[Never] | None = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def told(self, told: Told) -> None:
        """Show one step."""
        done = told.progress
        if self._bar is None and not self._as_json:
            from tqdm import tqdm

            hidden = not sys.stderr.isatty()
            self._bar = tqdm(total=done.steps, initial=done.step - 1, unit="step", disable=hidden)
        if self._bar is not None:
            self._bar.set_description(f"{done.leg} {sum(done.losses.values()):.4f}", refresh=False)
            self._bar.update()
        if told.figures and self._as_json:
            row = {
                "event": "Measured",
                "leg": done.leg,
                "step": done.step,
                "losses": done.losses,
                "clips": told.figures,
            }
            typer.echo(json.dumps(row))
        elif told.figures and self._bar is not None:
            for clip, figures in told.figures.items():
                shown = "  ".join(f"{name} {value:.4g}" for name, value in figures.items())
                self._bar.write(f"{done.leg} {done.step}/{done.steps}  {clip}  {shown}")


def _silent(done: int, total: int) -> None:
    """Probing takes no time worth showing."""
