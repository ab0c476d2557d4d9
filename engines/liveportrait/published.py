"""What the commands need of the networks: their published files."""

from __future__ import annotations

from pathlib import Path

from engines.liveportrait.about import NAME
from engines.neural.published import Catalog
from liveportrait.convert import REPOSITORY, convert, download, verify
from liveportrait.files import FAMILY
from liveportrait.sizes import PUBLISHED, load_sizes
from networks.convert import Verdict
from networks.hub import Published

MODELS = {NAME: Published("", REPOSITORY, f"{NAME} (five files)", "faces, 512 x 512")}


def _verify(file: Path, config: Path) -> Verdict:
    return verify(file, load_sizes(config) if config.name else PUBLISHED)


CATALOG = Catalog(
    engine=NAME,
    family=FAMILY,
    published=MODELS,
    kept=lambda name: name,
    convert=lambda folder, _, to: convert(folder, to),
    verify=_verify,
    download=lambda _, folder, mirror: download(folder / "LivePortrait", mirror),
)
