"""The files that a manifest names: found, opened once to hash them, and all missing ones told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from foundation.artifacts import digest_of
from foundation.errors import InputError
from media.samples import sample_path
from pipeline.manifest.load import LoadedManifest
from pipeline.manifest.parts.performers import FrameOf
from pipeline.plan.engine_choice import EngineChoice
from pipeline.plan.task import FileInput

SAMPLE = "sample:"
VOCALS = "sample:vocals"
VOCALS_CLIP = "sample:carphone"


@dataclass(frozen=True)
class Sources:
    """Every file of a manifest, by the name that the manifest uses for it."""

    files: dict[str, FileInput]

    def __getitem__(self, written: str) -> FileInput:
        return self.files[written]


def find_sources(loaded: LoadedManifest, choices: Mapping[str, EngineChoice]) -> Sources:
    """Find and hash the files.

    Raises: InputError naming every file that is missing or cannot be read, with the field that names it.
    """
    files: dict[str, FileInput] = {}
    problems: list[tuple[str, Path, str]] = []
    for field, written in _mentions(loaded, choices):
        if written in files:
            continue
        path = _resolve(loaded, written)
        try:
            files[written] = FileInput(str(path), digest_of(path))
        except IsADirectoryError:
            problems.append((field, path, "is a folder"))
        except OSError as error:
            problems.append((field, path, "does not exist" if isinstance(error, FileNotFoundError) else str(error)))
    if len(problems) == 1:
        field, path, problem = problems[0]
        raise InputError(problem, file=path, cure=f"correct {field} in the manifest")
    if problems:
        lines = "; ".join(f"{field}: {path} {problem}" for field, path, problem in problems)
        raise InputError(f"{len(problems)} files cannot be used: {lines}", cure="correct these paths in the manifest")
    return Sources(files)


def _mentions(loaded: LoadedManifest, choices: Mapping[str, EngineChoice]) -> list[tuple[str, str]]:
    """(field, what is written there) for every file that the manifest names."""
    manifest = loaded.manifest
    found = []
    for name, performer in manifest.performers.items():
        portrait = performer.portrait
        if isinstance(portrait, FrameOf):
            found.append((f"performers.{name}.portrait.frame_of", portrait.frame_of))
        else:
            found.append((f"performers.{name}.portrait", portrait))
        found.append((f"performers.{name}.driving.video", performer.driving.video))
        files = choices[name].files
        found += [(f"performers.{name}.{choices[name].name}.{kind}", str(file)) for kind, file in files.items()]
    source = manifest.audio.source
    if source == VOCALS:
        found.append(("audio.source", VOCALS_CLIP))
    elif source not in ("driving", "none"):
        found.append(("audio.source", source))
    return found


def _resolve(loaded: LoadedManifest, written: str) -> Path:
    if written.startswith(SAMPLE):
        return sample_path(written.removeprefix(SAMPLE))
    return loaded.path(written)
