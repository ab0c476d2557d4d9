"""Fixtures that any test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# read when PyTorch is loaded: threads that spin while they wait make the tests many times slower on a busy machine
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_media() -> Path:
    """Real clips and portraits, kept beside the checkout; absent on most machines."""
    folder = ROOT.parent / "shared" / "media"
    if not folder.is_dir():
        pytest.skip("the real clips are not beside this checkout")
    return folder
