"""What strangers wrote commands nothing on a terminal, and breaks no JSON."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from foundation.digests import digest_of
from foundation.errors import InputError
from foundation.printable import Printable, printable


@pytest.mark.parametrize("hostile", ["\x1b[31mred", "\x9b2J", "a\x07b", "a\rb", "x\udcff.mp4", "\x7f"])
def test_no_control_character_reaches_a_terminal(hostile: str) -> None:
    shown = io.StringIO()
    Printable(shown).write(f"name {hostile}\n")
    told = str(InputError("is damaged", file=hostile))
    for text in (shown.getvalue().removesuffix("\n"), told):
        assert text.isprintable()
    kept = io.StringIO()
    Printable(kept).write(json.dumps({"file": hostile}, ensure_ascii=False))
    assert json.loads(kept.getvalue()) == {"file": hostile}


def test_what_people_write_stays() -> None:
    text = "Ännchen \u84d9\u5a1c\t\U0001f3a4\n\u05e9\u05dc\u05d5\u05dd"
    assert printable(text) == text


def test_a_pipe_and_a_device_have_no_digest(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="is no regular file"):
            digest_of(path)
