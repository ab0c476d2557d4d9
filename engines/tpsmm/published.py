"""What the commands need of the network: its checkpoints, and the published demo's loop."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

import tpsmm
from engines.neural.files import CONFIGS
from engines.neural.loading import device_of
from engines.neural.published import Animated, Catalog, DemoLoop, Picture
from engines.tpsmm.about import COMPACT, PUBLISHED_FACES, SHIPPED
from engines.tpsmm.options import Options
from tpsmm import published
from tpsmm.convert import verify
from tpsmm.model import FAMILY

CATALOG = Catalog(
    engine="tpsmm",
    family=FAMILY,
    published=published.PUBLISHED,
    kept=lambda name: published.PUBLISHED[name].config,
    fetch=lambda name, folder, mirror: published.fetch(name, folder, CONFIGS, mirror),
    verify=lambda file, config: verify(file, tpsmm.load_config(config)),
    configs=CONFIGS,
    usual=PUBLISHED_FACES,
    shipped={SHIPPED / f"{COMPACT}.safetensors": ("duet", "faces, 128 x 128, small")},
)


def loop(files: Mapping[str, Path], options: Options, source: Picture, initial: Picture) -> DemoLoop:
    """See DemoLoop."""

    def animate(source: Tensor, initial: Tensor) -> tuple[Animated, str]:
        device = device_of(options)
        model = tpsmm.load_model(files["config"], files["checkpoint"], device=device, precision=options.precision)
        return tpsmm.Animator(model, source, mode=options.mode, initial=initial), model.backend.path

    return DemoLoop(files["checkpoint"], source, initial, animate)
