"""Animation engines, by name. Each is a package, imported only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engines.plugin import CropSpec, EnginePlugin
from foundation.plugins import load_plugin

if TYPE_CHECKING:
    from engines.base import Engine

ENGINES = {
    "liveportrait": EnginePlugin(
        "engines.liveportrait.engine:LivePortraitEngine",
        version=1,
        about="engines.liveportrait.about:ABOUT",
        crop=CropSpec(reach=1.25, size=512, place="engines.liveportrait.crop:portrait_affine"),
    ),
    "tpsmm": EnginePlugin(
        "engines.tpsmm.engine:TpsmmEngine",
        version=17,
        about="engines.tpsmm.about:ABOUT",
        crop=CropSpec(reach=1.0, size=256),
    ),
    "fomm": EnginePlugin(
        "engines.fomm.engine:FommEngine",
        version=1,
        about="engines.fomm.about:ABOUT",
        crop=CropSpec(reach=1.0, size=256),
    ),
    "landmark_tps": EnginePlugin(
        "engines.landmark_tps.engine:LandmarkTps",
        version=18,
        about="engines.landmark_tps.about:ABOUT",
        crop=CropSpec(reach=1.6, size=None),
    ),
}
"""In the order in which `auto` asks them: the first that can be taken is."""


def load_engine(name: str) -> Engine[Any]:
    """The engine of that name.

    Raises: ManifestError if there is none.
    """
    engine: Engine[Any] = load_plugin("engine", ENGINES, name)
    return engine


def names() -> tuple[str, ...]:
    """What a manifest can say: auto, and every engine."""
    return ("auto", *ENGINES)
