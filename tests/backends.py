"""Which landmark backends can be tried on this machine."""

from __future__ import annotations

import pytest

from foundation.errors import InputError
from foundation.plugins import check_installed
from landmarks import BACKENDS, KIND


def skip_unless_usable(name: str) -> None:
    """Skip the test, with the reason, if the backend lacks its library or networks that are downloaded."""
    try:
        check_installed(KIND, BACKENDS[name], name)
    except InputError as lacking:
        pytest.skip(str(lacking))
    if name == "face_alignment":
        from landmarks.face_alignment_backend import WEIGHTS

        missing = [weights.file for weights in WEIGHTS if not weights.path.is_file()]
        if missing:
            pytest.skip(f"face_alignment's networks are not in torch's cache: {', '.join(missing)}")
