"""The files that a manifest names: found, opened once to hash them, and all missing ones told at once.

Numbered pictures are many files: a task of their own makes one clip of them, which stands for them from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from foundation.digests import digest_of
from foundation.errors import InputError, ManifestError
from media.files.numbered import is_pattern, numbered_pictures
from media.samples import sample_path
from pipeline.manifest.load import LoadedManifest
from pipeline.manifest.parts.performers import FrameOf
from pipeline.manifest.parts.scenes import ImageBackground, VideoBackground
from pipeline.plan.engine_choice import EngineChoice
from pipeline.plan.task import FileInput, Input, Task, TaskInput
from stages.names import FRAMES

SAMPLE = "sample:"
VOCALS = "sample:vocals"
VOCALS_CLIP = "sample:carphone"


@dataclass(frozen=True)
class Sources:
    """Every file of a manifest, by the name that the manifest uses for it.

    Attributes:
        files: numbered pictures under their pattern, with a digest of all of them.
        gathers: the tasks that make clips of numbered pictures, by pattern.
    """

    files: dict[str, FileInput]
    gathers: dict[str, Task]

    def __getitem__(self, written: str) -> FileInput:
        return self.files[written]

    @property
    def paths(self) -> frozenset[Path]:
        """Of everything that is read; of numbered pictures also their name."""
        pictures = (given for gather in self.gathers.values() for given in gather.inputs.values())
        both = (*self.files.values(), *pictures)
        return frozenset(Path(given.path) for given in both if isinstance(given, FileInput))

    def clip(self, written: str) -> Input:
        """A driving clip as the stages read it."""
        gather = self.gathers.get(written)
        return self.files[written] if gather is None else TaskInput(gather.stage, gather.key, FRAMES)

    def probe(self, written: str, owner: str | None) -> Task:
        """The task that reads what a media file is; of numbered pictures only the first is looked at."""
        gather = self.gathers.get(written)
        if gather is None:
            return Task("probe", {}, {"media": self.files[written]}, owner)
        settings = {"pictures": len(gather.inputs), "fps": gather.settings["fps"]}
        return Task("probe", settings, {"media": gather.inputs[min(gather.inputs)]}, owner)


def find_sources(
    loaded: LoadedManifest, choices: Mapping[str, EngineChoice], digest: Callable[[Path], str] = digest_of
) -> Sources:
    """Find and hash the files, by `digest`.

    Raises: InputError naming every file that is missing or cannot be read, with the field that names it.
    """
    files: dict[str, FileInput] = {}
    sequences = _sequences(loaded)
    problems: list[tuple[str, Path, str]] = []
    for field, written in _mentions(loaded, choices):
        if written in files:
            continue
        path = _resolve(loaded, written)
        try:
            files[written] = FileInput(str(path), digest(path))
        except IsADirectoryError:
            problems.append((field, path, "is a folder"))
        except OSError as error:
            problems.append((field, path, _unreadable(error, written, field)))
    if len(problems) == 1:
        field, path, problem = problems[0]
        raise InputError(problem, file=path, cure=f"correct {field} in the manifest")
    if problems:
        lines = "; ".join(f"{field}: {path} {problem}" for field, path, problem in problems)
        raise InputError(f"{len(problems)} files cannot be used: {lines}", cure="correct these paths in the manifest")
    gathers = {written: _gather(loaded, written, fps, name) for written, (fps, name) in sequences.items()}
    for written, gather in gathers.items():
        together = sha256("".join(given.digest for given in gather.inputs.values()).encode())
        files[written] = FileInput(str(loaded.path(written)), together.hexdigest())
    return Sources(files, gathers)


def _unreadable(error: OSError, written: str, field: str) -> str:
    if not isinstance(error, FileNotFoundError):
        return str(error)
    if field.endswith(".driving.video") and is_pattern(written):
        return "does not exist; if it means numbered pictures, add driving.fps"
    return "does not exist"


def _sequences(loaded: LoadedManifest) -> dict[str, tuple[Fraction, str]]:
    """The numbered pictures that drive someone: pattern -> rate and the first performer whose they are."""
    found: dict[str, tuple[Fraction, str]] = {}
    for name, performer in loaded.manifest.performers.items():
        driving = performer.driving
        if driving.fps is None:
            continue
        fps, first = found.setdefault(driving.video, (driving.fps, name))
        if fps != driving.fps:
            raise ManifestError(
                f"performers.{name}.driving.fps is {driving.fps}, and {first} plays the same pictures at {fps}",
                performer=name,
                cure="give both the same rate",
            )
    return found


def _gather(loaded: LoadedManifest, written: str, fps: Fraction, name: str) -> Task:
    """The task that makes a clip of numbered pictures.

    Raises: InputError naming the first that is missing, or that cannot be read.
    """
    try:
        paths = numbered_pictures(loaded.path(written))
        pictures: dict[str, Input] = {f"{n:06d}": FileInput(str(path), digest_of(path)) for n, path in enumerate(paths)}
    except InputError as error:
        raise error.located(performer=name) from error
    except OSError as error:
        raise InputError(str(error), file=loaded.path(written), performer=name, cure="check the pictures") from error
    return Task("image_sequence", {"fps": str(fps)}, pictures, name, len(paths))


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
        if performer.driving.fps is None:
            found.append((f"performers.{name}.driving.video", performer.driving.video))
        files = choices[name].files
        found += [(f"performers.{name}.{choices[name].name}.{kind}", str(file)) for kind, file in files.items()]
    for number, scene in enumerate(manifest.scenes or ()):
        if isinstance(scene.background, ImageBackground):
            found.append((f"scenes.{number}.background.image", scene.background.image))
        elif isinstance(scene.background, VideoBackground):
            found.append((f"scenes.{number}.background.video", scene.background.video))
    if manifest.lyrics is not None:
        found.append(("lyrics.file", manifest.lyrics.file))
    if manifest.font is not None:
        found.append(("font", manifest.font))
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
