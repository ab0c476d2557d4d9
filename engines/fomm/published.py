"""What the commands need of the network: its checkpoints, and the published demo's loop."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

import fomm
from engines.fomm.about import CONFIGS, FACES, PUBLISHED
from engines.fomm.options import Options
from engines.neural.loading import device_of
from engines.neural.published import Animated, Catalog, DemoLoop, Picture
from fomm.convert import convert, verify
from fomm.model import FAMILY

CATALOG = Catalog(
    engine="fomm",
    family=FAMILY,
    published=PUBLISHED,
    kept=lambda name: name,
    convert=lambda file, config, to: convert(file, fomm.load_config(config), to),
    verify=lambda file, config: verify(file, fomm.load_config(config)),
    configs=CONFIGS,
    usual=FACES[0],
)


def loop(files: Mapping[str, Path], options: Options, source: Picture, initial: Picture) -> DemoLoop:
    """See DemoLoop."""

    def animate(source: Tensor, initial: Tensor) -> tuple[Animated, str]:
        device = device_of(options)
        model = fomm.load_model(files["config"], files["checkpoint"], device=device, precision=options.precision)
        animator = fomm.Animator(model, source, options.mode, initial, adapt_scale=options.adapt_scale)
        return animator, model.backend.path

    return DemoLoop(files["checkpoint"], source, initial, animate)
