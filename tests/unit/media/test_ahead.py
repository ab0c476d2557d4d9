"""Reading ahead changes when things are read, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from foundation.errors import InputError
from media.video.ahead import AHEAD, ahead


def test_items_come_in_order() -> None:
    assert list(ahead(range(100))) == list(range(100))
    assert list(ahead([])) == []


def test_an_error_comes_in_its_place() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise InputError("is damaged", file="clip.mp4")

    stream = ahead(items())
    assert next(stream) == 1
    with pytest.raises(InputError, match="is damaged"):
        next(stream)


@pytest.mark.parametrize("most", [1, AHEAD])
def test_stopping_early_reads_little_more_and_leaves_no_thread(most: int) -> None:
    read = []

    def items() -> Iterator[int]:
        for number in range(1000):
            read.append(number)
            yield number

    stream = ahead(items(), most)
    assert [next(stream) for _ in range(3)] == [0, 1, 2]
    stream.close()
    assert len(read) <= 3 + most + 2
    assert not [thread for thread in threading.enumerate() if thread.name == "read ahead"]
