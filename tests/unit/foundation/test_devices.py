from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation import devices as module
from foundation.devices import devices, listed, places

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


FREE = """\
0, GPU-5d5ba0d6-0000-1111-2222-333344445555, [N/A]
1, GPU-77777777-8888-9999-aaaa-bbbbccccdddd, 25011
"""


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A machine with one divided GPU and another whose memory is free; nothing is named."""
    (tmp_path / "listing").write_text(DRIVER)
    (tmp_path / "free").write_text(FREE)
    command = tmp_path / "nvidia-smi"
    command.write_text(f'#!/bin/sh\n[ "$1" = -L ] && cat "{tmp_path}/listing" || cat "{tmp_path}/free"\n')
    command.chmod(0o755)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv(module.SHARING, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    module._driven.cache_clear()
    yield
    module._driven.cache_clear()


@pytest.mark.usefixtures("driver")
def test_the_driver_is_asked_where_nothing_is_said() -> None:
    assert devices() == listed(DRIVER)


@pytest.mark.usefixtures("driver")
def test_workers_share_a_gpu_that_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    *parts, whole = listed(DRIVER)
    assert places() == [*parts, whole, whole]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert places() == ["1", "1"]
    monkeypatch.setenv(module.SHARING, "3")
    assert places() == ["1", "1", "1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert places() == []
