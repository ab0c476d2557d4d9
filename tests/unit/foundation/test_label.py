"""Labels: sealed, of one format, of one artifact; nothing else is believed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.label import FORMAT, Label, OtherFormat, Stored, canonical

KEY = "0" * 64
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def label(facts: Any = None) -> Label:
    stored = Stored(6, "ab" * 32, "1:6:2:3")
    facts = {"fps": "25", "frames": 21} if facts is None else facts
    return Label(stage="probe", key=KEY, about={}, files={"a/data.npy": stored}, facts=facts, spent={"seconds": 0.5})


@given(st.dictionaries(st.text() | st.integers(), JSON, max_size=4))
def test_what_is_written_is_read(facts: dict[Any, Any]) -> None:
    read = Label.read(label(facts).written().encode(), "probe", KEY)
    assert read.facts == json.loads(json.dumps(facts))
    assert read.files == {"a/data.npy": Stored(6, "ab" * 32, "1:6:2:3")}


@given(st.data())
@settings(max_examples=300)
def test_a_flipped_bit_anywhere_is_noticed_or_means_nothing(data: st.DataObject) -> None:
    text = bytearray(label().written().encode())
    text[data.draw(st.integers(0, len(text) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = Label.read(bytes(text), "probe", KEY)
    except ValueError:
        return
    assert read == label()  # a space became another white space


def sealed(**changes: Any) -> bytes:
    """A label of another shape, with the right seal."""
    import hashlib

    said = json.loads(label().written())
    del said["seal"]
    said |= changes
    said = {name: value for name, value in said.items() if value is not None}
    return json.dumps(said | {"seal": hashlib.sha256(canonical(said).encode()).hexdigest()}).encode()


@pytest.mark.parametrize("format_", [None, FORMAT - 1, FORMAT + 1, "2", 2.5])
def test_another_format_is_not_believed_and_told_from_damage(format_: Any) -> None:
    with pytest.raises(OtherFormat):
        Label.read(sealed(format=format_), "probe", KEY)


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": None},
        {"facts": 21},
        {"files": None},
        {"files": []},
        {"files": {"data": 5}},
        {"files": {"data": {"size": 5}}},
        {"files": {"../data": {"size": 5, "sha256": "a", "stamp": ""}}},
        {"files": {"/etc/passwd": {"size": 5, "sha256": "a", "stamp": ""}}},
        {"stage": "crop"},
        {"key": "1" * 64},
    ],
)
def test_a_label_of_another_shape_or_artifact_is_not_believed(changes: dict[str, Any]) -> None:
    Label.read(sealed(), "probe", KEY)
    with pytest.raises(ValueError, match=r"."):
        Label.read(sealed(**changes), "probe", KEY)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b'"seal"', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_label_at_all_is_not_believed(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Label.read(text, "probe", KEY)
