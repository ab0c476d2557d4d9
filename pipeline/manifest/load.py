"""YAML file -> Manifest, or every mistake in it."""

from __future__ import annotations

import os
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from foundation.errors import InputError, ManifestError
from pipeline.manifest import delivery
from pipeline.manifest.messages import explain
from pipeline.manifest.parts.batch import performers_or_batch
from pipeline.manifest.presets import filled_in
from pipeline.manifest.references import dangling, performances
from pipeline.manifest.schema import Manifest

MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class LoadedManifest:
    """A manifest, the folder that its paths are relative to, and its file where there is one."""

    manifest: Manifest
    folder: Path
    name: str
    file: Path | None = None

    def path(self, written: str) -> Path:
        """A path of the manifest as one that opens from anywhere. "sample:..." names are not paths."""
        return Path(os.path.normpath(self.folder / Path(written).expanduser()))

    @property
    def files(self) -> frozenset[Path]:
        """What is read beside the media: the manifest itself, a batch's table, the signer's certificate and key."""
        batch, sign = self.manifest.batch, self.manifest.output.sign
        named = [batch.pairs if batch else None, *((sign.certificate, sign.key) if sign else ())]
        return frozenset([*([self.file] if self.file else []), *(self.path(written) for written in named if written)])


class _Loader(yaml.SafeLoader):
    """SafeLoader (no tag builds an object) that refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                line = key_node.start_mark.line + 1
                raise yaml.constructor.ConstructorError(None, None, f"line {line}: {key!r} is written twice")
            seen.add(key)
        return super().construct_mapping(node, deep)


def load_manifest(path: Path, *, writing_to: Path | None = None) -> LoadedManifest:
    """Read and validate a manifest.

    Args:
        writing_to: takes the place of its output.path.
    Raises: InputError if the file cannot be read; ManifestError with every mistake.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ManifestError(f"{size} bytes are too many for a manifest", file=path, cure="name a YAML manifest")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path, cure="check the path of the manifest") from error
    except UnicodeDecodeError as error:
        raise ManifestError("is not a text file in UTF-8", file=path, cure="name a YAML manifest") from error
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 (a subclass of SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        problem = f"is not valid YAML: {_yaml_problem(error)}"
        raise ManifestError(problem, file=path, cure="correct that line; tags such as !!python are refused") from error
    if writing_to and isinstance(data, dict) and isinstance(data.get("output"), dict):
        data["output"]["path"] = str(writing_to)
    return LoadedManifest(validate(data, path), path.resolve().parent, path.stem, path.absolute())


def validate(data: Any, path: Path) -> Manifest:
    """Plain data -> Manifest.

    Raises: ManifestError with every mistake in `mistakes`; `path` names the file in it.
    """
    if not isinstance(data, dict):
        raise ManifestError("is not a manifest: it holds no fields", file=path, cure="start it with version: 1")
    data = filled_in(data)
    mistakes: list[str] = []
    try:
        manifest = Manifest.model_validate(data)
    except ValidationError as error:
        mistakes = explain(error, Manifest)
    mistakes += [*performers_or_batch(data), *dangling(data), *performances(data), *delivery.mistakes(data)]
    if mistakes:
        count = f"{len(mistakes)} mistakes" if len(mistakes) > 1 else "1 mistake"
        failure = ManifestError(f"{count} in the manifest: {'; '.join(mistakes)}", file=path)
        failure.mistakes = tuple(mistakes)
        raise failure
    return manifest


def _yaml_problem(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "nested too deeply"
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)
