"""What the engine tells of itself: its section of the manifest, its files, and when it can be taken."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engines.about import About, Demo, Lacking, Ready, Wish
from engines.fits import misfit
from engines.fomm.options import Mode, Options
from engines.neural.files import CONFIGS as ALL
from engines.neural.files import config_file, fetched_folder, frame_side, read_config
from engines.neural.section import Arithmetic, NetworkSection
from networks.hub import Published

CONFIGS = ALL / "fomm"
FACES = ("vox-256", "vox-adv-256")
"""The configs for faces, the first that is fetched where none is named."""
BODIES = ("taichi-256", "taichi-adv-256", "mgif-256")
"""Those for pictures that are moved whole, likewise."""


class Fomm(NetworkSection):
    """What the engine fomm needs."""

    config: str | None = None
    """A name in configs/models/fomm, or a file in the published schema; without it, vox-256, or vox-adv-256 where that
    alone has been fetched. With subject: whole, the first that has been fetched of taichi-256, taichi-adv-256
    and mgif-256."""
    mode: Mode | None = None
    """The published modes: from the portrait's own pose, or the driver's keypoints themselves; without it, what
    motion.mode says. Relative motion is measured from motion.reference, whose `best` is the published best frame."""
    adapt_scale: bool = True
    """Scale relative movements by the size of the faces."""


def choose(wish: Wish[Fomm]) -> Ready | Lacking:
    """The network that is named, or else a published one for faces that was fetched."""
    section = wish.section
    config, checkpoint = _network(wish)
    file = config_file(config, CONFIGS, wish.path)
    content = read_config(file)
    if (unfit := misfit(wish.subject, "fomm", file, content)) is not None:
        return unfit
    if checkpoint is None:
        return Lacking(
            what=f"no checkpoint of {config}",
            cure="name one as fomm.checkpoint, fetch one with `models fetch`, or use engine: landmark_tps",
        )
    mode: Mode = section.mode or ("standard" if wish.absolute else "relative")
    how = section.arithmetic
    return Ready(
        options=Options(**vars(how), mode=mode, adapt_scale=section.adapt_scale),
        files={"checkpoint": checkpoint, "config": file},
        crop_size=frame_side(content),
        honours=(),
        reason="" if wish.named else f"its checkpoint is there, {checkpoint.name}",
    )


def fetched_name(config: str) -> str:
    """Of a config's checkpoint, as `models fetch` takes it and keeps it."""
    return f"fomm-{Path(config).stem.removesuffix('-256')}"


def _network(wish: Wish[Fomm]) -> tuple[str, Path | None]:
    """The config, and its checkpoint: the file that the manifest names, or one that was fetched."""
    section = wish.section
    usual = BODIES if wish.subject == "whole" else FACES
    if section.checkpoint is not None:
        return section.config or usual[0], wish.path(section.checkpoint)
    names = (section.config,) if section.config else usual
    for name in names:
        kept = fetched_folder() / f"{fetched_name(name)}.safetensors"
        if kept.is_file():
            return name, kept
    return names[0], None


def demo_options(flags: Mapping[str, str | bool | None], how: Arithmetic) -> Options:
    """Of the published demo's own flags: absolute and unscaled, unless they say otherwise."""
    mode: Mode = "relative" if flags["relative"] else "standard"
    return Options(**vars(how), mode=mode, adapt_scale=bool(flags["adapt_scale"]))


REPOSITORY = "AliaksandrSiarohin/first-order-model"
PAGE = f"the link in the README of https://github.com/{REPOSITORY}"
"""The authors give the files to people, by Google Drive and Yandex; the hub has none of theirs."""
_FILES = {
    "vox": ("vox-cpk.pth.tar", "faces"),
    "vox-adv": ("vox-adv-cpk.pth.tar", "faces, sharper"),
    "taichi": ("taichi-cpk.pth.tar", "whole bodies"),
    "taichi-adv": ("taichi-adv-cpk.pth.tar", "whole bodies, sharper"),
    "mgif": ("mgif-cpk.pth.tar", "drawn animals"),
    "fashion": ("fashion.pth.tar", "clothes on people who turn"),
    "bair": ("bair-cpk.pth.tar", "a robot's arm"),
    "nemo": ("nemo-cpk.pth.tar", "smiles"),
}
PUBLISHED = {
    f"fomm-{name}": Published(f"{name}-256", REPOSITORY, file, f"{shows}, 256 x 256", PAGE)
    for name, (file, shows) in _FILES.items()
}
"""The published checkpoints, as `models fetch` takes them."""

ABOUT = About(
    section=Fomm,
    network=True,
    learned=True,
    subjects=("face", "whole"),
    choose=choose,
    catalog="engines.fomm.published:CATALOG",
    checkpoints=tuple(PUBLISHED),
    demo=Demo(
        loop="engines.fomm.published:loop",
        configs=CONFIGS,
        checkpoint=Path("vox-cpk.pth.tar"),
        source=Path("sup-mat/source.png"),
        driving=Path("sup-mat/driving.mp4"),
        fetched=fetched_name,
        flags=("relative", "adapt_scale", "best_frame"),
        options=demo_options,
    ),
)
