"""What killed runs left in the temporary folder goes; what belongs to anybody else stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from foundation.temporary import OLD_SECONDS, temporary_folder


def test_only_old_folders_of_processes_that_are_gone_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    old, kept = f"duet-text-{gone.pid}-abc", [f"duet-text-{os.getpid()}-abc", "duet-text-notes-abc", "mine"]
    for name in (old, *kept):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("x")
        long_ago = time.time() - OLD_SECONDS - 60
        os.utime(tmp_path / name, (long_ago, long_ago))
    young, link = tmp_path / f"duet-join-{gone.pid}-young", tmp_path / f"duet-join-{gone.pid}-link"
    young.mkdir()
    link.symlink_to(tmp_path / "mine")
    with temporary_folder("text") as folder:
        assert folder.is_dir()
        assert {path.name for path in tmp_path.iterdir()} == {*kept, young.name, link.name, folder.name}
    assert not folder.exists()
    assert (tmp_path / "mine" / "file").exists()
