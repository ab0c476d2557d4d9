"""Where models are kept that were fetched once: $DUET_CACHE, the user's cache folder, or a temporary one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def cache_folder() -> Path:
    """The folder; it need not exist yet."""
    own = os.environ.get("DUET_CACHE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    if base:
        return Path(base) / "duet"
    try:
        return Path.home() / ".cache" / "duet"
    except RuntimeError:  # no HOME, and nobody of that number in /etc/passwd, as in many containers
        return Path(tempfile.gettempdir()) / f"duet-cache-{os.getuid()}"
