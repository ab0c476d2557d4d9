from __future__ import annotations

from pathlib import Path

import pytest

from foundation import devices as module
from foundation.devices import devices, listed

DRIVER = """\
GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-5d5ba0d6-0000-1111-2222-333344445555)
  MIG 1g.10gb     Device  0: (UUID: MIG-aaaa0000-1111-5222-9333-444455556666)
  MIG 2g.20gb     Device  1: (UUID: MIG-GPU-5d5ba0d6-0000-1111-2222-333344445555/1/0)
GPU 1: NVIDIA L4 (UUID: GPU-77777777-8888-9999-aaaa-bbbbccccdddd)
"""


def test_parts_of_a_divided_gpu_stand_for_it() -> None:
    assert listed(DRIVER) == [
        "MIG-aaaa0000-1111-5222-9333-444455556666",
        "MIG-GPU-5d5ba0d6-0000-1111-2222-333344445555/1/0",
        "GPU-77777777-8888-9999-aaaa-bbbbccccdddd",
    ]
    assert listed("No devices were found\n") == []


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("", []),
        ("-1", []),
        ("NoDevFiles", []),
        ("1", ["1"]),
        ("1, 0", ["1", "0"]),
        ("2,-1,0", ["2"]),
        ("0,0", []),
        ("GPU-77777777,MIG-aaaa0000-1111-5222-9333-444455556666", None),
    ],
)
def test_the_environment_says_which_gpus_are_ours(
    named: str, found: list[str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the CUDA C++ Programming Guide has it, section "CUDA Environment Variables"."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert devices() == (named.split(",") if found is None else found)


def test_the_driver_is_asked_where_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "listing").write_text(DRIVER)
    command = tmp_path / "nvidia-smi"
    command.write_text(f'#!/bin/sh\ncat "{tmp_path}/listing"\n')
    command.chmod(0o755)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    module._driven.cache_clear()
    try:
        assert devices() == listed(DRIVER)
    finally:
        module._driven.cache_clear()
