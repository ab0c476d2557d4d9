"""The files that a manifest names: found, opened once to hash them, and all missing ones reported at once.

Numbered pictures are many files: a task of their own makes one clip of them, which stands for them from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from foundation.digests import digest_of
from foundation.errors import DuetError, InputError, ManifestError
from foundation.reading import why
from media.files.numbered import is_pattern, numbered_pictures
from media.samples import SAMPLE, sample_path
from pipeline.manifest.load import LoadedManifest
from pipeline.manifest.parts.performers import FrameOf, Performer
from pipeline.manifest.parts.scenes import ImageBackground, VideoBackground
from pipeline.manifest.parts.singing import THE_AUDIO, THE_LYRICS, is_file
from pipeline.plan.engine_choice import EngineChoice
from pipeline.plan.task import FileInput, Task
from stages.artifacts import File, Media
from stages.contracts import image_sequence, probe

MOST_TOLD = 20
"""Files that cannot be used, in one message."""
VOCALS = "sample:vocals"
VOCALS_CLIP = "sample:carphone"


@dataclass(frozen=True)
class Gathered:
    """Numbered pictures.

    Attributes:
        task: makes one clip of them.
        pictures: in their order.
        fps: of them a second.
    """

    task: Task
    pictures: tuple[FileInput, ...]
    fps: Fraction


@dataclass(frozen=True)
class Sources:
    """Every file of a manifest, by the name that the manifest uses for it.

    Attributes:
        files: numbered pictures under their pattern, with a digest of all of them.
        gathered: numbered pictures, by pattern.
    """

    files: dict[str, FileInput]
    gathered: dict[str, Gathered]

    def __getitem__(self, written: str) -> FileInput:
        return self.files[written]

    @property
    def paths(self) -> frozenset[Path]:
        """Every file, and the names of numbered pictures."""
        pictures = (given for each in self.gathered.values() for given in each.pictures)
        return frozenset(Path(given.path) for given in (*self.files.values(), *pictures))

    def media(self, written: str) -> Media:
        """A picture, a clip or sound as the stages read it."""
        gathered = self.gathered.get(written)
        return Media(self.files[written] if gathered is None else gathered.task.output)

    def file(self, written: str) -> File:
        """Any other file as the stages read it."""
        return File(self.files[written])

    def probe(self, written: str, owner: str | None) -> Task:
        """The task that reads what a media file is; of numbered pictures only the first is looked at."""
        gathered = self.gathered.get(written)
        if gathered is None:
            return Task.of(probe.CONTRACT, probe.Settings(), probe.Inputs(media=Media(self.files[written])), owner)
        numbered = probe.Numbered(pictures=len(gathered.pictures), fps=gathered.fps)
        inputs = probe.Inputs(media=Media(gathered.pictures[0]))
        return Task.of(probe.CONTRACT, probe.Settings(numbered=numbered), inputs, owner)


def find_sources(
    loaded: LoadedManifest, choices: Mapping[str, EngineChoice], digest: Callable[[Path], str] = digest_of
) -> Sources:
    """Find and hash the files, by `digest`.

    Raises: InputError naming every file that is missing or cannot be read, with the field that names it.
    """
    files: dict[str, FileInput] = {}
    sequences = _sequences(loaded)
    chosen = {str(file) for choice in choices.values() for file in choice.files.values()}
    problems: list[tuple[str, DuetError]] = []  # as one of several, as the only one
    for field, written in _mentions(loaded, choices):
        if written in files:
            continue
        try:
            path = Path(written) if written in chosen else _resolve(loaded, written)
        except DuetError as error:  # it can be no file, here or anywhere
            told = f"{field}: {error.problem}" if loaded.file else error.problem
            problems.append((told, type(error)(told, file=loaded.file, cure=error.cure)))
            continue
        try:
            str(path).encode()  # as task files will hold it
            files[written] = FileInput(str(path), digest(path))
        except (OSError, ValueError) as error:
            numbered = field.endswith(".driving.video") and is_pattern(written) and isinstance(error, FileNotFoundError)
            more = "; if it means numbered pictures, add driving.fps" if numbered else ""
            problem = why(error) + more
            cure = f"correct {field} in the manifest" if loaded.file else "give another file"
            problems.append((f"{field}: {path}: {problem}", InputError(problem, file=path, cure=cure)))
    if len(problems) == 1:
        raise problems[0][1]
    if problems:
        lines = "; ".join(line for line, _ in problems[:MOST_TOLD])
        lines += f"; and {len(problems) - MOST_TOLD} more" if len(problems) > MOST_TOLD else ""
        raise InputError(f"{len(problems)} files cannot be used: {lines}", cure="correct these paths in the manifest")
    gathered = {written: _gather(loaded, written, fps, name) for written, (fps, name) in sequences.items()}
    for written, each in gathered.items():
        together = sha256("".join(given.digest for given in each.pictures).encode())
        files[written] = FileInput(str(loaded.path(written)), together.hexdigest())
    return Sources(files, gathered)


def _sequences(loaded: LoadedManifest) -> dict[str, tuple[Fraction, str]]:
    """The numbered pictures that drive someone: pattern -> rate and the first performer whose they are."""
    found: dict[str, tuple[Fraction, str]] = {}
    for name, performer in loaded.manifest.performers.items():
        driving = performer.clip
        if driving is None or driving.fps is None:
            continue
        fps, first = found.setdefault(driving.video, (driving.fps, name))
        if fps != driving.fps:
            raise ManifestError(
                f"performers.{name}.driving.fps is {driving.fps}, and {first} plays the same pictures at {fps}",
                performer=name,
                cure="give both the same rate",
            )
    return found


def _gather(loaded: LoadedManifest, written: str, fps: Fraction, name: str) -> Gathered:
    """Numbered pictures, and the task that makes a clip of them.

    Raises: InputError naming the first that is missing, or that cannot be read.
    """
    try:
        paths = numbered_pictures(loaded.path(written))
        pictures = tuple(FileInput(str(path), digest_of(path)) for path in paths)
    except InputError as error:
        raise error.located(performer=name) from error
    except OSError as error:
        raise InputError(why(error), file=loaded.path(written), performer=name, cure="check the pictures") from error
    inputs = image_sequence.Inputs(pictures=tuple(File(given) for given in pictures))
    task = Task.of(image_sequence.CONTRACT, image_sequence.Settings(fps=fps), inputs, name, len(paths))
    return Gathered(task, pictures, fps)


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
        if performer.composite.in_front is not None:
            found.append((f"performers.{name}.composite.in_front", performer.composite.in_front))
        found += _background(f"performers.{name}.composite.background", performer.composite.background)
        found += _performances(name, performer)
        files = choices[name].files
        found += [(f"performers.{name}.{choices[name].name}.{kind}", str(file)) for kind, file in files.items()]
    for number, scene in enumerate(manifest.scenes or ()):
        found += _background(f"scenes.{number}.background", scene.background)
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


def _background(where: str, chosen: object) -> list[tuple[str, str]]:
    if isinstance(chosen, ImageBackground):
        return [(f"{where}.image", chosen.image)]
    return [(f"{where}.video", chosen.video)] if isinstance(chosen, VideoBackground) else []


def _performances(name: str, performer: Performer) -> list[tuple[str, str]]:
    """The clip, the song and the words of a performer that are files of its own."""
    clip, singing, found = performer.clip, performer.singing, []
    if clip is not None and clip.fps is None:
        field = "singing.performance" if singing else "driving"
        found.append((f"performers.{name}.{field}.video", clip.video))
    if singing is None:
        return found
    if singing.sound != THE_AUDIO:
        found.append((f"performers.{name}.singing.sound", singing.sound))
    words = singing.words
    if words is not None and words != THE_LYRICS and is_file(words):
        found.append((f"performers.{name}.singing.words", words))
    return found


def _resolve(loaded: LoadedManifest, written: str) -> Path:
    if written.startswith(SAMPLE):
        return sample_path(written.removeprefix(SAMPLE))
    return loaded.path(written)
