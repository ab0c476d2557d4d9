"""doctor: what this machine has and lacks, with the cure."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

import typer

from engines import ENGINES
from engines.plugin import named
from foundation.errors import DuetError, InputError, StageError
from foundation.version import installed
from landmarks import BACKENDS, DEFAULT, load_backend
from landmarks.download import OFFLINE_VARIABLE
from media.ffmpeg import binary
from media.samples import sample_names, sample_path
from media.text.captions import add_titles, empty_script
from media.text.fonts import FontChoice, packaged_fonts, read_fonts
from media.text.style import TitleText
from pipeline.cli.job import store_at
from pipeline.cli.options import WORK, Debug, Json, Work

if TYPE_CHECKING:
    from engines.neural.published import Catalog

PACKAGES = (
    "torch",
    "numpy",
    "opencv-contrib-python-headless",
    "ai-edge-litert",
    "face-alignment",
    "scikit-image",
    "moviepy",
    "pillow-heif",
    "pysubs2",
    "ffmpeg-python",
    "imageio-ffmpeg",
    "av",
    "pydantic",
    "PyYAML",
    "typer",
    "tqdm",
)
RIVALS = ("opencv-python", "opencv-python-headless", "opencv-contrib-python")
"""Other builds of OpenCV; those with windows need libraries of the system besides."""
INSTALL = "make install"
ROOM = 5 * 2**30


@dataclass(frozen=True)
class Finding:
    """One line of the report. `cure` is empty where nothing is wrong; `needed` ones fail the command."""

    what: str
    found: str
    cure: str = ""
    needed: bool = True


def run(*, work: Work = WORK, as_json: Json = False, debug: Debug = False) -> None:
    with _offline(), ThreadPoolExecutor() as threads:  # most of it is libraries that load, side by side
        neural = threads.submit(_neural)
        tried = list(threads.map(_attempt, CHECKS))
    findings = [_python(), *_packages(), *tried, *neural.result(), _disk(work), _cores()]
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            mark = "ok  " if not finding.cure else ("LACK" if finding.needed else "note")
            cure = f"  -> {finding.cure}" if finding.cure else ""
            typer.echo(f"{mark} {finding.what:24} {finding.found}{cure}")
    if any(finding.cure and finding.needed for finding in findings):
        raise typer.Exit(DuetError.exit_code)


@contextmanager
def _offline() -> Iterator[None]:
    """Meanwhile, what is not here is not fetched: it is what the command is asked about."""
    before = os.environ.get(OFFLINE_VARIABLE)
    os.environ[OFFLINE_VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[OFFLINE_VARIABLE]
        else:
            os.environ[OFFLINE_VARIABLE] = before


def _python() -> Finding:
    return Finding("python", platform.python_version())


def _packages() -> list[Finding]:
    found = installed(PACKAGES)
    findings = [Finding(name, found.get(name, "not installed"), "" if name in found else INSTALL) for name in PACKAGES]
    rivals = installed(RIVALS)
    if rivals:  # the same files belong to each of them: which one wrote last is chance
        cure = f"delete .venv, then {INSTALL}"
        findings.append(Finding("OpenCV twice", ", ".join(rivals) + " as well", cure, needed=False))
    return findings


@dataclass(frozen=True)
class Check:
    """Something that is tried out. `attempt` gives what to show, or raises DuetError with the cure."""

    what: str
    attempt: Callable[[], str]
    needed: bool


def _attempt(check: Check) -> Finding:
    try:
        return Finding(check.what, check.attempt())
    except DuetError as error:
        return Finding(check.what, error.problem, error.cure or "see the message", check.needed)


def _backend(name: str) -> Callable[[], str]:
    def attempt() -> str:
        with load_backend(name) as backend:
            return f"ready, {backend.points} points"

    return attempt


def _tiles() -> str:
    """How frames of a still picture are kept between stages."""
    from media.video.tile_kernels import kernels

    kernels()
    return "in tiles, by compiled code"


def _samples() -> str:
    return ", ".join(f"{name} ({sample_path(name).stat().st_size // 1024} kB)" for name in sample_names())


def _text() -> str:
    """Draw a letter, as lyrics are drawn."""
    from compositing.text_overlay import Overlay

    fonts = [font for paths in packaged_fonts().values() for path in paths[:1] for font in read_fonts(path)]
    if not fonts:
        raise InputError("no font is installed", cure="pip install matplotlib noto-cjk-sans-otc")
    title = TitleText(text="A", start=0, end=1000, fade=0, position="middle", size=0.5, margin=0.0, color="#ffffff")
    with TemporaryDirectory() as folder:
        script = Path(folder, "letter.ass")
        made = empty_script((64, 64))
        add_titles(made, (64, 64), [title], FontChoice(fonts, "A"))
        made.save(str(script))
        with Overlay([script], [fonts[0].path], size=(64, 64), fps=Fraction(1), frames=1) as overlay:
            drawn = overlay.layer(0) is not None
    if not drawn:
        raise StageError("libass draws nothing", cure="unset DUET_FFMPEG, or pip install imageio-ffmpeg")
    regional = "" if packaged_fonts()["cjk"] else "; none for Chinese: pip install noto-cjk-sans-otc"
    return f"libass, {fonts[0].family}{regional or ', Noto Sans CJK'}"


CHECKS = (
    Check("ffmpeg", binary.version, needed=True),
    Check("lyrics and titles", _text, needed=False),
    *(Check(f"landmarks: {name}", _backend(name), needed=name == DEFAULT) for name in BACKENDS),
    Check("frames between stages", _tiles, needed=False),
    Check("samples", _samples, needed=False),
)


def _neural() -> list[Finding]:
    """What the engines with networks find here."""
    try:
        from engines.neural.published import kernel_status, machine  # PyTorch may be what is missing
    except ImportError as error:
        return [Finding("networks", str(error), INSTALL)]
    active, reason = kernel_status()
    path = f"kernels: {reason}" if active else f"PyTorch alone, several times slower: {reason}"
    has = machine()
    return [
        Finding("networks: fast on a CPU", path, "" if active else "see the reason", needed=False),
        Finding("networks: threads", has["threads"]),
        Finding("networks: CUDA", has["cuda"]),
        *(_engine(name) for name in ENGINES),
    ]


def _engine(name: str) -> Finding:
    """Whether an engine is ready: what of its published checkpoints is here."""
    what, catalog = f"engine: {name}", ENGINES[name].describe().catalog
    if catalog is None:
        return Finding(what, "ready")
    try:
        known = cast("Catalog", named(catalog)).known()
    except DuetError as error:
        return Finding(what, str(error), "delete it, then run models fetch", needed=False)
    here = [each.name for each in known if each.file]
    if any(each.source and each.file for each in known):
        return Finding(what, f"ready: {', '.join(here)}")
    first = next(each.name for each in known if each.source)
    found = f"ready: {', '.join(here)}, no published one" if here else "no checkpoint fetched"
    return Finding(what, found, f"run `models fetch {first}`, or name a checkpoint in the manifest", needed=False)


def _disk(work: Path) -> Finding:
    folder = store_at(work).root
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    cure = "" if free >= ROOM else "free some space: lossless frames need about 1 MB each"
    return Finding("disk for work", f"{free / 2**30:.0f} GB free in {folder}", cure, needed=False)


def _cores() -> Finding:
    return Finding("processors", str(os.cpu_count() or 1))
