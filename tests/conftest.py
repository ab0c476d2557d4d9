"""Fixtures that any test may use."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import settings

# read when PyTorch is loaded: threads that spin while they wait make the tests many times slower on a busy machine
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

settings.register_profile("duet", deadline=None)  # no test depends on how busy the machine is
settings.load_profile("duet")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_media() -> Path:
    """Real clips and portraits, kept beside the checkout; absent on most machines."""
    folder = ROOT.parent / "shared" / "media"
    if not folder.is_dir():
        pytest.skip("the real clips are not beside this checkout")
    return folder


def copy_checkout(folder: Path) -> Path:
    """The files that git tracks here, as they are now, in `folder`; skips the test outside of a checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy)
    return folder
