"""YAML file -> Manifest, or every mistake in it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from foundation.errors import InputError, ManifestError
from foundation.home import expanded
from foundation.reading import check_spelt, why
from foundation.yaml_text import YamlError, read_yaml
from landmarks.download import offline
from pipeline.manifest import delivery
from pipeline.manifest.messages import explain
from pipeline.manifest.parts.batch import performers_or_batch
from pipeline.manifest.presets import filled_in
from pipeline.manifest.references import dangling, one_form, performances
from pipeline.manifest.schema import Manifest
from pipeline.manifest.subjects import misfits

MAX_OUTPUTS = 20
MAX_TOLD = 100
"""Mistakes that are reported of one manifest."""


@dataclass(frozen=True)
class LoadedManifest:
    """A manifest, the folder that its paths are relative to, and its file where there is one.

    Attributes:
        within: the folder that it may read and write in, with no link in its path; None: anywhere.
    """

    manifest: Manifest
    folder: Path
    name: str
    file: Path | None = None
    within: Path | None = None

    def path(self, written: str) -> Path:
        """A path of the manifest as one that opens from anywhere. "sample:..." names are not paths.

        Raises: ManifestError for what can be no path, or leads out of `within`.
        """
        try:
            path = self.folder / expanded(written)
        except ValueError as error:
            raise ManifestError(str(error), cure="write the whole path") from error
        if "\0" in written:
            raise ManifestError(f"{written!r} cannot be a file's name", cure="write a path")
        path = Path(os.path.normpath(path))
        if self.within is not None and not path.resolve().is_relative_to(self.within):
            raise ManifestError(f"{written!r} lies outside of {self.within}", cure="name a file in that folder")
        return path

    @property
    def files(self) -> frozenset[Path]:
        """What is read beside the media: the manifest itself, a batch's table, the signer's certificate and key."""
        batch, sign = self.manifest.batch, self.manifest.output.sign
        named = [batch.pairs if batch else None, *((sign.certificate, sign.key) if sign else ())]
        return frozenset([*([self.file] if self.file else []), *(self.path(written) for written in named if written)])


def load_manifests(
    path: Path, *, writing_to: Path | None = None, within: Path | None = None, online: bool | None = None
) -> list[LoadedManifest]:
    """Read and validate a manifest, as one for each of its outputs.

    Args:
        writing_to: takes the place of its output.path.
        within: the one folder that it may read and write in; the network is then outside, too.
        online: False: it may ask nothing of the network.
    Raises: InputError if the file cannot be read; ManifestError with every mistake.
    """
    for each in filter(None, (path, writing_to)):
        check_spelt(each)
    try:
        data = read_yaml(path)
    except OSError as error:
        raise InputError(why(error), file=path, cure="check the path of the manifest") from error
    except UnicodeDecodeError as error:
        raise ManifestError("is not a text file in UTF-8", file=path, cure="name a YAML manifest") from error
    except YamlError as error:
        cure = "correct that line; tags such as !!python are refused"
        raise ManifestError(f"is not valid YAML: {error}", file=path, cure=cure) from error
    if writing_to and isinstance(data, dict):
        if "outputs" in data:
            raise ManifestError("has several outputs", file=path, cure="leave --output out, or keep one of them")
        if isinstance(data.get("output"), dict):
            data["output"]["path"] = str(writing_to)
    manifests = validate_all(data, path)
    if within or online is False or offline():
        refuse_network(manifests, path)
    bounds = within.resolve() if within else None
    return [LoadedManifest(each, path.resolve().parent, path.stem, path.absolute(), bounds) for each in manifests]


def load_manifest(path: Path, *, within: Path | None = None, online: bool | None = None) -> LoadedManifest:
    """A manifest with one output.

    Raises: as load_manifests; ManifestError if it has several.
    """
    loaded, *others = load_manifests(path, within=within, online=online)
    if others:
        told = f"has {1 + len(others)} outputs, and this command takes one"
        raise ManifestError(told, file=path, cure="keep one of them, as `output`")
    return loaded


def refuse_network(manifests: list[Manifest], path: Path) -> None:
    """Raises: ManifestError for each address that rendering them would ask something of."""
    asked = ((n, each.output.sign.timestamp_url) for n, each in enumerate(manifests) if each.output.sign)
    places = ((f"outputs.{n}" if len(manifests) > 1 else "output", url) for n, url in asked if url)
    told = "is on the network, which may not be asked here (remove it, or leave --within and --offline out)"
    _refuse([f"{place}.sign.timestamp_url: {url!r} {told}" for place, url in places], path)


def validate_all(data: Any, path: Path) -> list[Manifest]:
    """Plain data -> one manifest for each of its outputs.

    Raises: ManifestError with every mistake in `mistakes`; `path` names the file in it.
    """
    if not isinstance(data, dict) or not isinstance(outputs := data.get("outputs"), list) or not outputs:
        return [validate(data, path)]
    clashes = [
        f"outputs: cannot go with {field} (remove one of them)" for field in ("output", "batch") if field in data
    ]
    one = {field: value for field, value in data.items() if field != "outputs"}
    mistakes, manifests = dict.fromkeys(clashes), []
    for number, output in enumerate(outputs[:MAX_OUTPUTS]):
        try:
            manifests.append(validate(one | {"output": output}, path))
        except ManifestError as error:
            mistakes |= dict.fromkeys(re.sub(r"^output\b", f"outputs.{number}", line) for line in error.mistakes)
    if len(outputs) > MAX_OUTPUTS:
        mistakes[f"outputs: {len(outputs)} are too many (at most {MAX_OUTPUTS})"] = None
    _refuse(list(mistakes), path)
    return manifests


def validate(data: Any, path: Path) -> Manifest:
    """Plain data -> Manifest.

    Raises: ManifestError with every mistake in `mistakes`; `path` names the file in it.
    """
    if not isinstance(data, dict):
        raise ManifestError("is not a manifest: it holds no fields", file=path, cure="start it with version: 1")
    data = filled_in(_spelt_out(data))
    mistakes: list[str] = []
    try:
        manifest = Manifest.model_validate(data)
    except ValidationError as error:
        mistakes = explain(error, Manifest)
    mistakes += [*performers_or_batch(data), *dangling(data), *performances(data), *misfits(data)]
    mistakes += delivery.mistakes(data)
    _refuse(mistakes, path)
    return manifest


def _spelt_out(data: dict[str, Any]) -> dict[str, Any]:
    """The manifest with its sound as a mapping, and names in one form, as what looks at raw data expects it."""
    data = data | {"audio": {"source": data["audio"]}} if isinstance(data.get("audio"), str) else data
    return one_form(data)


def _refuse(mistakes: list[str], path: Path) -> None:
    """Raises: ManifestError if there are any."""
    if not mistakes:
        return
    count = f"{len(mistakes)} mistakes" if len(mistakes) > 1 else "1 mistake"
    if len(mistakes) > MAX_TOLD:
        mistakes = [*mistakes[:MAX_TOLD], f"and {len(mistakes) - MAX_TOLD} more"]
    failure = ManifestError(f"{count} in the manifest: {'; '.join(mistakes)}", file=path)
    failure.mistakes = tuple(mistakes)
    raise failure
