"""What the commands need of the network: its checkpoints, and the published demo's loop."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

import tpsmm
from engines.neural.files import CONFIGS
from engines.neural.loading import device_of
from engines.neural.published import Animated, Catalog, DemoLoop, Picture
from engines.tpsmm.about import OURS, PUBLISHED, PUBLISHED_FACES
from engines.tpsmm.options import Options
from tpsmm.convert import convert, verify
from tpsmm.model import FAMILY

CATALOG = Catalog(
    engine="tpsmm",
    family=FAMILY,
    published=PUBLISHED,
    kept=lambda name: PUBLISHED[name].config,
    convert=lambda file, config, to: convert(file, tpsmm.load_config(config), to),
    verify=lambda file, config: verify(file, tpsmm.load_config(config)),
    configs=CONFIGS,
    usual=PUBLISHED_FACES,
    shipped=OURS,
)


def loop(files: Mapping[str, Path], options: Options, source: Picture, initial: Picture) -> DemoLoop:
    """See DemoLoop."""

    def animate(source: Tensor, initial: Tensor) -> tuple[Animated, str]:
        device = device_of(options)
        model = tpsmm.load_model(files["config"], files["checkpoint"], device=device, precision=options.precision)
        return tpsmm.Animator(model, source, mode=options.mode, initial=initial), model.backend.path

    return DemoLoop(files["checkpoint"], source, initial, animate)
