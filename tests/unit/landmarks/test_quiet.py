"""Only known chatter is swallowed."""

from __future__ import annotations

import os

import pytest

from landmarks.quiet import quiet_stderr


def test_chatter_goes_and_everything_else_stays(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_stderr():
        os.write(2, b"W0000 00:00:1795404640.217540    6984 face_landmarker_graph.cc:174] Sets acceleration\n")
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n")
        os.write(2, b"F0000 00:00:1795404640.217540    6984 face_landmarker_graph.cc:174] out of memory\n")
        os.write(2, b"progress 50 %\n")
    os.write(2, b"after\n")
    assert [line.split("]")[-1].strip() for line in capfd.readouterr().err.splitlines()] == [
        "out of memory",
        "progress 50 %",
        "after",
    ]


def test_an_error_inside_passes_and_stderr_is_back(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="inside"), quiet_stderr():
        raise ValueError("inside")
    os.write(2, b"still here\n")
    assert capfd.readouterr().err == "still here\n"
