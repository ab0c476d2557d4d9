"""Animation engines, by name. Each is one file or package, imported only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foundation.plugins import Plugin, load_plugin

if TYPE_CHECKING:
    from engines.base import Engine

ENGINES = {
    "landmark_tps": Plugin("engines.landmark_tps.engine:LandmarkTps", version=1),
    "tpsmm": Plugin("engines.tpsmm.engine:TpsmmEngine", version=7),
}


def load_engine(name: str) -> Engine[Any]:
    """The engine of that name.

    Raises: ManifestError if there is none.
    """
    engine: Engine[Any] = load_plugin("engine", ENGINES, name)
    return engine
