"""Animation engines, by name. Each is one file or package, imported only when it is asked for."""

from __future__ import annotations

from importlib import import_module

from engines.base import Engine
from foundation.errors import ManifestError

ENGINES = {
    "landmark_tps": "engines.landmark_tps:LandmarkTps",
    "tpsmm": "engines.tpsmm_engine:TpsmmEngine",
}


def load_engine(name: str) -> Engine:
    """The engine of that name.

    Raises: ManifestError if there is none.
    """
    if name not in ENGINES:
        raise ManifestError(f"no engine is called {name!r}", cure=f"use one of {', '.join(ENGINES)}")
    module, cls = ENGINES[name].split(":")
    engine: Engine = getattr(import_module(module), cls)()
    return engine
