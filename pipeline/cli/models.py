"""models: the published checkpoints of the neural engine: what there is, fetching one, and checking a file."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from engines.tpsmm.about import CONFIGS, MODELS, SHIPPED
from foundation.cache import cache_folder
from foundation.errors import InputError, ManifestError
from landmarks.download import OFFLINE_VARIABLE, offline
from pipeline.cli.options import Debug, Json

DEFAULT_CONFIG = "vox-256"

Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="vox, taichi, ted or mgif.")]
Mirror = Annotated[
    Path | None,
    typer.Option("--mirror", metavar="DIR", help="Copy from a folder that holds OWNER/REPOSITORY/FILE, offline."),
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A checkpoint: .pth.tar or .safetensors.")]
Config = Annotated[
    str | None,
    typer.Option("--config", help="A name in configs/models, or a file; without it, told by the checkpoint's name."),
]


app = typer.Typer(no_args_is_help=True)


@app.command("list", help="Show the published checkpoints, and which of them are here.")
def show(*, as_json: Json = False, debug: Debug = False) -> None:
    from engines.tpsmm.published import known_models  # noqa: PLC0415  (PyTorch: seconds that other commands do not need)

    known = known_models(_folder(), SHIPPED)
    if as_json:
        typer.echo(json.dumps([{**asdict(each), "file": each.file and str(each.file)} for each in known]))
        return
    for each in known:
        typer.echo(f"{each.name:7} {each.config:11} {each.about:24} {each.source or 'comes with Duet'}")
        if each.file:
            origin = f", made from sha256 {each.origin}" if each.origin else ""
            typer.echo(f"{'':7} here: {each.file}, {_megabytes(each.size)}{origin}")
        else:
            typer.echo(f"{'':7} not here: models fetch {each.name}")


@app.command(help="Download published checkpoints, check them, and keep them as .safetensors.")
def fetch(names: Names, *, mirror: Mirror = None, debug: Debug = False) -> None:
    if not sys.stderr.isatty():  # read when the hub's client is imported
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from engines.tpsmm.published import fetch_model, known_models  # noqa: PLC0415  (as above)

    folder = _folder()
    known = {each.name: each for each in known_models(folder, SHIPPED)}
    unknown = [name for name in names if name not in known]
    if unknown:
        published = ", ".join(name for name, each in known.items() if each.source)
        raise ManifestError(f"no published model is called {', '.join(unknown)}", cure=f"use one of {published}")
    for name in names:
        source = known[name].source
        if source is None:
            typer.echo(f"{name}: comes with Duet, {known[name].file}")
            continue
        if known[name].file is None and mirror is None and offline():
            raise InputError(
                f"{OFFLINE_VARIABLE} forbids downloads",
                file=source,
                cure="unset it, or name a local copy as --mirror DIR",
            )
        typer.echo(f"{name}: {'here' if known[name].file else f'fetching {source}'}", err=True)
        fetch_model(name, folder, CONFIGS, mirror)
        now = next(each for each in known_models(folder, SHIPPED) if each.name == name)
        typer.echo(f"{now.file}  {_megabytes(now.size)}, made from sha256 {now.origin}")


@app.command(help="Hash a checkpoint and compare it, key by key, with a config.")
def verify(file: File, *, config: Config = None, as_json: Json = False, debug: Debug = False) -> None:
    from engines.tpsmm.published import verify_model  # noqa: PLC0415  (as above)

    wanted = config_file(config) if config else _likely_config(file)
    verdict = verify_model(file, wanted)
    about: dict[str, Any] = {"file": str(file), "config": wanted.stem, **asdict(verdict)}
    if as_json:
        typer.echo(json.dumps(about))
    else:
        typer.echo(f"file     {file}, {_megabytes(verdict.size)}")
        typer.echo(f"sha256   {verdict.sha256}")
        if verdict.origin_sha256:
            typer.echo(f"made of  sha256 {verdict.origin_sha256}")
        typer.echo(f"modules  {', '.join(verdict.modules) or 'none'}")
        if verdict.problem is None:
            typer.echo(f"fits     {wanted.stem}")
    if verdict.problem is not None:
        fitting = [] if config or not verdict.modules else _fitting(file)
        cure = f"it fits {', '.join(fitting)}: name it with --config" if fitting else "use the published checkpoint"
        raise InputError(verdict.problem, file=file, cure=cure)


def config_file(named: str) -> Path:
    """A model's config by its name in configs/models, or by its path."""
    ours = CONFIGS / f"{named}.yaml"
    return ours if ours.is_file() else Path(named)


def _likely_config(file: Path) -> Path:
    """The config that the checkpoint's name speaks of ("vox.pth.tar", "ted-384.safetensors")."""
    for config in sorted(CONFIGS.glob("*.yaml")):
        if file.name.lower().startswith(config.stem.split("-")[0]):
            return config
    return CONFIGS / f"{DEFAULT_CONFIG}.yaml"


def _fitting(file: Path) -> list[str]:
    """The published configs that the checkpoint fits."""
    from engines.tpsmm.published import verify_model  # noqa: PLC0415  (as above)

    return [config.stem for config in sorted(CONFIGS.glob("*.yaml")) if verify_model(file, config).problem is None]


def _folder() -> Path:
    return cache_folder() / MODELS


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
