"""models: the published checkpoints of the engines: which there are, fetching one, and checking a file."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from engines import ENGINES
from engines.neural.files import fetched_folder
from engines.plugin import named
from foundation.errors import InputError, ManifestError
from landmarks.download import OFFLINE_VARIABLE, offline
from pipeline.cli.options import Debug, Json

if TYPE_CHECKING:
    from engines.neural.published import Catalog

Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="As `models list` shows them: vox, fomm-vox, ...")]
Mirror = Annotated[
    Path | None,
    typer.Option("--mirror", metavar="DIR", help="Copy from a folder that holds OWNER/REPOSITORY/FILE, offline."),
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A checkpoint: .pth.tar or .safetensors, or a folder.")]
Config = Annotated[
    str | None,
    typer.Option("--config", help="A name in configs/models, or a file; without it, the checkpoint's name says which."),
]
Engine = Annotated[
    str | None, typer.Option("--engine", help="Whose checkpoint it is; without it, what it holds says whose.")
]


app = typer.Typer(no_args_is_help=True)


@app.command("list", help="Show the published checkpoints, and which of them are here.")
def show(*, as_json: Json = False, debug: Debug = False) -> None:
    known = [each for catalog in catalogs().values() for each in catalog.known()]
    if as_json:
        typer.echo(json.dumps([{**asdict(each), "file": each.file and str(each.file)} for each in known]))
        return
    for each in known:
        typer.echo(f"{each.name:15} {each.engine:12} {each.about:30} {each.source or 'comes with Duet'}")
        if each.file:
            origin = f", made from sha256 {each.origin}" if each.origin else ""
            typer.echo(f"{'':15} here: {each.file}, {_megabytes(each.size)}{origin}")
        else:
            typer.echo(f"{'':15} not here: models fetch {each.name}")


@app.command(help="Download published checkpoints, check them, and keep them as .safetensors.")
def fetch(names: Names, *, mirror: Mirror = None, debug: Debug = False) -> None:
    if not sys.stderr.isatty():  # read when the hub's client is imported
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    published = [name for engine in ENGINES for name in ENGINES[engine].describe().checkpoints]
    unknown = [name for name in names if name not in published]
    if unknown:
        told = f"no published model is called {', '.join(unknown)}"
        raise ManifestError(told, cure=f"use one of {', '.join(published)}")
    whose = {each.name: (catalog, each) for catalog in catalogs().values() for each in catalog.known()}
    for name in names:
        catalog, known = whose[name]
        if known.source is None:
            typer.echo(f"{name}: comes with Duet, {known.file}")
            continue
        if known.file is None and mirror is None and offline():
            raise InputError(
                f"{OFFLINE_VARIABLE} forbids downloads",
                file=known.source,
                cure="unset it, or name a local copy as --mirror DIR",
            )
        typer.echo(f"{name}: {'here' if known.file else f'fetching {known.source}'}", err=True)
        catalog.fetch(name, fetched_folder(), mirror)
        now = next(each for each in catalog.known() if each.name == name)
        typer.echo(f"{now.file}  {_megabytes(now.size)}, made from sha256 {now.origin}")


@app.command(help="Hash a checkpoint and compare it, key by key, with a config.")
def verify(
    file: File, *, config: Config = None, engine: Engine = None, as_json: Json = False, debug: Debug = False
) -> None:
    catalog = _catalog(engine) if engine else _whose(file)
    wanted = _config(catalog, config) if config else _likely_config(catalog, file)
    verdict = catalog.verify(file, wanted)
    about: dict[str, Any] = {"file": str(file), "engine": catalog.engine, "config": wanted.stem, **asdict(verdict)}
    if as_json:
        typer.echo(json.dumps(about))
    else:
        typer.echo(f"file     {file}, {_megabytes(verdict.size)}")
        typer.echo(f"sha256   {verdict.sha256}")
        if verdict.origin_sha256:
            typer.echo(f"made of  sha256 {verdict.origin_sha256}")
        typer.echo(f"modules  {', '.join(verdict.modules) or 'none'}")
        if verdict.problem is None:
            typer.echo(f"fits     {catalog.engine} {wanted.stem}".rstrip())
    if verdict.problem is not None:
        fitting = [] if config or not verdict.modules else _fitting(catalog, file)
        cure = f"it fits {', '.join(fitting)}: name it with --config" if fitting else "use the published checkpoint"
        raise InputError(verdict.problem, file=file, cure=cure)


def catalogs() -> dict[str, Catalog]:
    """The engines' checkpoints, by engine. Imports PyTorch."""
    return {name: cast("Catalog", named(target)) for name, target in _targets().items()}


def _whose(file: Path) -> Catalog:
    """Of what the file holds. Imports PyTorch: seconds that other commands do not need."""
    from engines.neural.published import whose

    return whose(file, list(catalogs().values()))


def _targets() -> dict[str, str]:
    """What names each engine's catalog, of those that have one."""
    about = {name: ENGINES[name].describe().catalog for name in ENGINES}
    return {name: target for name, target in about.items() if target}


def _catalog(engine: str) -> Catalog:
    """Raises: ManifestError if the engine has none."""
    targets = _targets()
    if engine not in targets:
        raise ManifestError(f"--engine is {engine!r}", cure=f"use one of {', '.join(targets)}")
    return cast("Catalog", named(targets[engine]))


def _config(catalog: Catalog, given: str) -> Path:
    """A model's config by its name among the engine's, or by its path."""
    ours = catalog.configs / f"{given}.yaml" if catalog.configs else None
    return ours if ours and ours.is_file() else Path(given)


def _likely_config(catalog: Catalog, file: Path) -> Path:
    """The config that the checkpoint's name speaks of ("vox.pth.tar", "ted-384.safetensors")."""
    if catalog.configs is None:
        return Path()
    for config in sorted(catalog.configs.glob("*.yaml"), key=lambda path: len(path.stem), reverse=True):
        if file.name.lower().removeprefix(f"{catalog.engine}-").startswith(config.stem.rsplit("-", 1)[0]):
            return config
    return catalog.configs / f"{catalog.usual}.yaml"


def _fitting(catalog: Catalog, file: Path) -> list[str]:
    """The engine's configs that the checkpoint fits."""
    configs = sorted(catalog.configs.glob("*.yaml")) if catalog.configs else []
    return [config.stem for config in configs if catalog.verify(file, config).problem is None]


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
