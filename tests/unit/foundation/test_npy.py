"""Arrays written row by row are the arrays that numpy knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from foundation.atomic import concerns_writing, write_error
from foundation.npy import BLOCK, HELD, NpyWriter, Rows


@pytest.mark.parametrize("blocks", [[1], [3, 200, 1], [BLOCK, BLOCK, 7]])
def test_rows_come_back_as_they_were_written(tmp_path: Path, blocks: list[int]) -> None:
    rng = np.random.default_rng(1)
    parts = [rng.normal(size=(count, 4, 3)) for count in blocks]
    with NpyWriter(tmp_path / "a.npy", np.float32) as writer:
        for part in parts:
            writer.append(part)
    whole = np.concatenate(parts).astype(np.float32)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), whole)
    rows = Rows(tmp_path / "a.npy")
    assert (len(rows), rows.shape, rows.dtype) == (len(whole), whole.shape, np.float32)
    np.testing.assert_array_equal(rows[len(whole) - 1], whole[-1])
    np.testing.assert_array_equal(rows[-1], whole[-1])
    np.testing.assert_array_equal(rows[:7:2], whole[:7:2])
    np.testing.assert_array_equal(rows[[0, len(whole) - 1]], whole[[0, -1]])
    np.testing.assert_array_equal(rows[1:3, 2], whole[1:3, 2])
    np.testing.assert_array_equal(np.concatenate(list(rows.blocks())), whole)
    np.testing.assert_array_equal(np.asarray(rows), whole)
    later = Rows(tmp_path / "a.npy", slice(1, None))
    assert later.shape == whole[1:].shape
    np.testing.assert_array_equal(later[:2], whole[1:3])
    np.testing.assert_array_equal(later[:, 1:], whole[1:, 1:])
    with pytest.raises(IndexError):
        later[len(whole)]


def test_rows_one_by_one_are_the_callers_own_in_any_order(tmp_path: Path) -> None:
    whole = np.random.default_rng(2).normal(size=(10, HELD // 16, 1)).astype(np.float32)  # four are read at once
    np.save(tmp_path / "a.npy", whole)
    rows = Rows(tmp_path / "a.npy", slice(3, 9))
    for index in [*range(6), *range(5, -1, -1), -1, 2, 2]:
        row = rows[index]
        np.testing.assert_array_equal(row, whole[3:9][index])
        row += 1


def test_rows_of_another_shape_are_refused(tmp_path: Path) -> None:
    with NpyWriter(tmp_path / "a.npy", np.float32) as writer:
        writer.append(np.zeros((2, 3)))
        with pytest.raises(ValueError, match="a row has the shape"):
            writer.append(np.zeros((2, 4)))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_disk_that_fills_up_under_an_array_is_full() -> None:
    full = Path("/dev/full")
    with pytest.raises(OSError, match="requested") as caught:
        np.ones(100_000).tofile(full)
    assert concerns_writing(caught.value)
    assert write_error(caught.value, full).problem == "the disk is full"
