"""ASS scripts of strangers, held to what a frame can show: a tag of a few bytes can ask for gigabytes."""

from __future__ import annotations

import re

import pysubs2

LETTERS, LINES, SOFT, STRETCHED = 2.0, 0.1, 0.05, 400.0
"""How large things may be, of the script's height: letters; their outlines and shadows; blurs; and, in percent, how far
letters are stretched."""
_LIMITED = {
    **dict.fromkeys(("fs",), LETTERS),
    **dict.fromkeys(("xbord", "ybord", "bord", "xshad", "yshad", "shad"), LINES),
    **dict.fromkeys(("blur", "be"), SOFT),
}
_TAG = re.compile(r"\\(fscx|fscy|fsp|fs|[xy]?bord|[xy]?shad|blur|be)([-+]?[\d.]+(?:[eE][-+]?\d+)?)")
_DRAWING = re.compile(r"\\p0*[1-9]|\\i?clip")
_LONG = re.compile(r"\d{5,}")


def tamed(script: pysubs2.SSAFile) -> int:
    """Make whatever is larger than a frame as large as one, in styles, tags and drawings; how much was changed."""
    height = _height(script)
    changed = sum(_style(style, height) for style in script.styles.values())
    for event in script:
        text = _TAG.sub(lambda tag: _tag(tag, height), event.text)
        if _DRAWING.search(text):
            text = _LONG.sub("9999", text)
        changed += text != event.text
        event.text = text
    return changed


def most_at_once(script: pysubs2.SSAFile) -> int:
    """How many lines are shown at one time."""
    edges = sorted([(event.start, 1) for event in script] + [(max(event.start, event.end), -1) for event in script])
    most = now = 0
    for _, step in edges:
        now += step
        most = max(most, now)
    return most


def _height(script: pysubs2.SSAFile) -> float:
    """In the script's own units; libass takes 288 where it says nothing."""
    try:
        return min(max(float(script.info.get("PlayResY") or 288), 1.0), 10_000.0)
    except ValueError:
        return 288.0


def _tag(tag: re.Match[str], height: float) -> str:
    name, written = tag.groups()
    most = height if name == "fsp" else STRETCHED if name.startswith("fsc") else height * _LIMITED[name]
    try:
        value = float(written)
    except ValueError:
        return ""
    return tag[0] if abs(value) <= most else f"\\{name}{'-' if value < 0 else ''}{most:g}"


def _style(style: pysubs2.SSAStyle, height: float) -> bool:
    """Whether the style was changed."""
    limits = {
        "fontsize": height * LETTERS,
        "outline": height * LINES,
        "shadow": height * LINES,
        "scalex": STRETCHED,
        "scaley": STRETCHED,
        "spacing": height,
    }
    before = style.copy()
    for name, most in limits.items():
        value = float(getattr(style, name))
        setattr(style, name, value if abs(value) <= most else most)
    return bool(style != before)
