"""What an engine tells of itself before it is loaded: what it needs, what it honours, and whether it can be taken.

A description imports neither NumPy nor PyTorch: plans, manifests and `--help` read it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Literal, TypeVar

from engines.neural.section import Arithmetic
from foundation.part import Part
from foundation.subject import Subject

Gain = Literal["head", "expression", "mouth"]
GAINS: tuple[Gain, ...] = ("head", "expression", "mouth")
SectionT = TypeVar("SectionT", bound=Part)


class NoSection(Part):
    """The section of an engine that has nothing to choose."""


@dataclass(frozen=True, kw_only=True)
class Wish(Generic[SectionT]):
    """What a manifest asks of an engine for one performer.

    Attributes:
        named: the manifest names this engine; otherwise `auto` asks whether it can be taken.
        section: the engine's section of the manifest.
        absolute: motion.mode is absolute, not relative.
        path: where a file lies that the manifest names.
        subject: what is to be moved.
    """

    named: bool
    section: SectionT
    absolute: bool
    path: Callable[[str], Path]
    subject: Subject = "face"


@dataclass(frozen=True, kw_only=True)
class Ready:
    """An engine that can be taken.

    Attributes:
        options: of the engine's type, as `prepare` and `open` take them; None where it has none.
        files: what the engine reads, by its names for them.
        crop_size: pixels a side of the portrait's crop, where that depends on the files.
        honours: the gains of `motion` that change its picture.
        landmarks_suffice: it follows a driver of whom there are landmarks and no pixels.
        reason: what is special about the choice, for a person; may be empty.
    """

    options: object | None = None
    files: Mapping[str, Path] = field(default_factory=dict)
    crop_size: int | None = None
    honours: tuple[Gain, ...] = GAINS
    landmarks_suffice: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Lacking:
    """An engine that cannot be taken. `what`: that it has not; `cure`: how to get it."""

    what: str
    cure: str


@dataclass(frozen=True, kw_only=True)
class Demo:
    """The command line that the network was published with, for `animate`: the whole picture by whole frames.

    Attributes:
        loop: "package.module:NAME" of the function that starts an engines.neural.published.DemoLoop.
        configs: the folder of its configs.
        checkpoint, source, driving: what the demo takes where they are not named.
        fetched: the stem of a fetched checkpoint's file, by the config's.
        flags: those that are this demo's own.
        options: the engine's options, by those flags and the arithmetic.
    """

    loop: str
    configs: Path
    checkpoint: Path
    source: Path
    driving: Path
    fetched: Callable[[str], str]
    flags: tuple[str, ...]
    options: Callable[[Mapping[str, str | bool | None], Arithmetic], object]


@dataclass(frozen=True, kw_only=True)
class About(Generic[SectionT]):
    """The description of an engine.

    Attributes:
        section: its mapping in the manifest, under the engine's name, if it has one.
        network: it runs on a GPU where there is one, and takes the memory of a network.
        learned: its picture is as good as weights that come from elsewhere: what they lack fails no check.
        subjects: what it moves.
        motion_files: "package.module:NAME" of what reads its files of a driver's motion, if it follows such.
        choose: whether it can be taken, and how.
        catalog: "package.module:NAME" of its engines.neural.published.Catalog, if checkpoints of it are published.
        checkpoints: the names of those, as `models fetch` takes them.
        demo: the published command line, if `animate` takes it.
    """

    section: type[SectionT] | None = None
    network: bool = False
    learned: bool = False
    subjects: tuple[Subject, ...] = ("face",)
    motion_files: str | None = None
    choose: Callable[[Wish[SectionT]], Ready | Lacking] = lambda _wish: Ready()
    catalog: str | None = None
    checkpoints: tuple[str, ...] = ()
    demo: Demo | None = None


PLAIN: About[NoSection] = About()
"""An engine that needs nothing, honours everything and has nothing to choose."""
