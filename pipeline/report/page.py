"""report.html: one file that needs nothing else, made of the report's data. It loads nothing from anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from foundation.errors import InputError
from pipeline.report.data import VERSION, Data
from pipeline.report.plots import Band, Line, bands_where, centred, plot
from quality.table import MEASURES

STYLE = Path(__file__).with_name("style.css")
PLAYED = (".mp4", ".mov", ".webm")
"""Videos that a browser may be able to play."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self' file:"
"""What a browser may load: nothing but what is in the file, and the video beside it."""
MAX_BYTES = 64 << 20
ODD_MOUTH = 0.04
"""A mouth that is this far, of the face's height, from where the driver's says is marked."""
PLOTS = (
    ("mouth", "Mouth opening", "of the face's height", 0.02),
    ("eye", "Eye opening", "of the eye's width", 0.1),
    ("yaw", "Head turned", "degrees from its middle", 6.0),
    ("pitch", "Head nodding", "degrees from its middle", 6.0),
    ("roll", "Head tilted", "degrees from its middle", 6.0),
)
"""Column, title, unit, and what a plot shows from bottom to top at least."""
ANGLES = ("yaw", "pitch", "roll")
WORDS = {"ok": "ok", "warn": "look", "fail": "failed", "unmeasured": "not measurable"}
QUIET = -60.0
"""LUFS below which the sound is marked as silent."""
ORDER = ("fail", "warn", "ok", "unmeasured")
_CARRIED = re.compile(r'<script type="application/json" id="duet">(.*?)</script>', re.DOTALL)


def page(data: Data) -> str:
    """The whole file."""
    parts = [_head(data), _checks(data["rows"]), _picture(data)]
    parts += [_performer(name, about, data["rows"]) for name, about in data["performers"].items()]
    parts += [_stages(data), _about(data)]
    carried = json.dumps(data, ensure_ascii=False, allow_nan=False).replace("</", "<\\/").replace("<!--", "<\\u0021--")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(data['title'])}</title><style>{STYLE.read_text(encoding='utf-8')}</style></head>\n<body>\n"
        + "\n".join(parts)
        + f'\n<script type="application/json" id="duet">{carried}</script>\n</body></html>\n'
    )


def read_page(path: Path) -> Data:
    """The data that a report carries.

    Raises: InputError if it is no report of ours.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError("is too large for a report", file=path, cure="name a report.html of `render`")
        found = _CARRIED.search(path.read_text(encoding="utf-8"))
        data = json.loads(found.group(1)) if found else None
    except (OSError, ValueError) as error:
        raise InputError("cannot be read as a report", file=path, cure="name a report.html of `render`") from error
    if not isinstance(data, dict) or data.get("duet_report") != VERSION:
        raise InputError("is no report of this version", file=path, cure="write it again with `report`")
    return data


def _head(data: Data) -> str:
    status = worst(data["rows"])
    word = {"ok": "checks hold", "warn": "worth a look", "fail": "failed"}[status]
    stills, video = data["stills"], quote(data["video"])
    poster = f' poster="{stills[len(stills) // 2]}"' if stills else ""
    record = data["record"]
    took = f"; rendered in {record['seconds']:.1f} s" if record else ""
    shown = f'<video controls preload="none"{poster} src="{video}"></video>' if video.endswith(PLAYED) else ""
    return (
        f'<h1>{escape(data["title"])}</h1><p><span class="badge {status}">{word}</span> '
        f'<a href="{video}">{escape(data["video"])}</a> <span class="soft">{data["seconds"]:.2f} s, '
        f"{data['frames']} frames at {escape(data['fps'])} a second{took}. "
        "The people shown are animated portraits.</span></p>" + shown
    )


def worst(rows: Iterable[dict[str, Any]]) -> str:
    """fail, warn or ok."""
    found = {row["status"] for row in rows}
    return "fail" if "fail" in found else "warn" if "warn" in found else "ok"


def _checks(rows: Sequence[dict[str, Any]]) -> str:
    ranked = sorted(rows, key=lambda row: ORDER.index(row["status"]))
    notable = [row for row in ranked if row["status"] in ("fail", "warn")]
    table = _table(("", "check", "of", "found", "expected"), map(_check, notable))
    told = table if notable else "<p>Everything that was checked holds.</p>"
    whole = _table(("", "check", "of", "found", "expected"), map(_check, ranked))
    return f"<h2>Checks</h2>{told}<details><summary>All {len(rows)} checks</summary>{whole}</details>"


def _check(row: dict[str, Any]) -> list[str]:
    measure = MEASURES.get(row["check"])
    unit = f' <span class="unit">{escape(measure.unit)}</span>' if measure and row["found"] is not None else ""
    found = "" if row["found"] is None else escape(str(row["found"]))
    shows = measure.shows if measure else "not what was promised"
    return [
        f'<span class="status {row["status"]}">{WORDS[row["status"]]}</span>',
        escape(row["check"]) + f'<br><span class="unit">{escape(shows)}</span>',
        escape(row["performer"] or ""),
        found + unit,
        escape(str(row["expected"])),
    ]


def _picture(data: Data) -> str:
    """The finished picture and its sound over time."""
    series = data["series"]
    times = _times(len(series["light"]), data["seconds"])
    bands = bands_where([bool(value) for value in series["same"]], times, "bad")
    bands += bands_where([bool(value) for value in series["black"]], times, "bad")
    light = plot("Brightness", "mean level", times, [Line("result", series["light"])], bands, span=24.0)
    clock = _times(len(series["loudness"]), data["seconds"])
    quiet = bands_where([value is not None and value <= QUIET for value in series["loudness"]], clock, "odd")
    loud = plot("Loudness", "LUFS over 0.4 s", clock, [Line("result", series["loudness"])], quiet, span=12.0)
    stills = "".join(f'<img alt="a frame of the result" src="{still}">' for still in data["stills"])
    return f'<h2>The result</h2><div class="stills">{stills}</div>{light}{loud}' if stills or light or loud else ""


def _times(count: int, seconds: float) -> list[float]:
    return [seconds * number / max(1, count) for number in range(count)]


def _performer(name: str, about: Data, rows: Sequence[dict[str, Any]]) -> str:
    pairs = "".join(
        f'<figure><img alt="driver above result at {pair["seconds"]} s" src="{pair["picture"]}">'
        f"<figcaption>{pair['seconds']:.2f} s</figcaption></figure>"
        for pair in about["pairs"]
    )
    status = worst(row for row in rows if row["performer"] == name)
    shown = (
        f'<p class="soft">The driver above, the result below, at the same instants.</p><div class="pairs">{pairs}</div>'
    )
    bands = _marks(about)
    plots = ""
    for key, title, unit, span in PLOTS:
        values = {who: about[who].get(key, ()) for who in ("driver", "result")}
        lines = [Line(who, centred(told) if key in ANGLES else told) for who, told in values.items()]
        plots += plot(title, unit, about["times"], lines, bands[key], span=span)
    marked = '<p class="soft">Red: no face was found. Amber: far from where the driver is.</p>' if plots else ""
    badge = f'<span class="status {status}">{WORDS[status]}</span>'
    head = f'<h2>{escape(name)} <span class="soft">{escape(about["engine"])}</span> {badge}</h2>'
    return head + (shown if pairs else '<p class="soft">Nothing was looked at: checks are off.</p>') + plots + marked


def _marks(about: Data) -> dict[str, list[Band]]:
    """What is marked in each plot."""
    times, lost = about["times"], [value is None for value in about["result"].get("mouth", ())]
    bands = {key: bands_where(lost, times, "bad") for key, *_ in PLOTS}
    both = [
        (ours, theirs)
        for ours, theirs in zip(about["result"].get("mouth", ()), about["driver"].get("mouth", ()), strict=True)
    ]
    odd = [ours is not None and theirs is not None and abs(ours - theirs) > ODD_MOUTH for ours, theirs in both]
    bands["mouth"] += bands_where(odd, times, "odd")
    return bands


def _stages(data: Data) -> str:
    rows = []
    for row in data["stages"]:
        rate = f"{row['frames'] / row['seconds']:.1f}" if row["seconds"] and row["frames"] > 1 else ""
        kept = str(row["cached"]) if data["record"] else "?"
        rows.append([escape(row["stage"]), str(row["tasks"]), kept, str(row["frames"]), f"{row['seconds']:.2f}", rate])
    names = ("stage", "tasks", "kept from before", "frames", "seconds", "frames a second")
    return f"<h2>Work</h2>{_table(names, rows, numbers=5)}"


def _about(data: Data) -> str:
    """Settings, versions and hashes."""
    versions = dict(data["versions"])
    stages = ", ".join(f"{name} {number}" for name, number in versions.pop("stages").items())
    libraries = _table(("what", "version"), [[escape(k), escape(str(v))] for k, v in versions.items()])
    hashes = "".join(
        f'<tr><td>{escape(row["what"])}</td><td class="hash">{escape(row["sha256"])}</td></tr>'
        for row in data["hashes"]
    )
    settings = yaml.safe_dump(data["manifest"], sort_keys=False, allow_unicode=True)
    notices = "".join(f"<p>{escape(text)}</p>" for text in data["notices"])
    return (
        f"<h2>Settings, versions, hashes</h2>{notices}<details><summary>The manifest</summary>"
        f"<pre>{escape(settings)}</pre></details><details><summary>Versions</summary>{libraries}<p>Stages: "
        f'{escape(stages)}</p></details><details><summary>SHA-256</summary><div class="wide"><table>'
        f"<tr><th>what</th><th>sha256</th></tr>{hashes}</table></div></details>"
    )


def _table(names: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0) -> str:
    """Cells are HTML already; the last `numbers` columns are numbers."""
    first = len(names) - numbers

    def line(tag: str, cells: Sequence[str]) -> str:
        return "".join(
            f'<{tag} class="number">{cell}</{tag}>' if n >= first else f"<{tag}>{cell}</{tag}>"
            for n, cell in enumerate(cells)
        )

    body = "".join(f"<tr>{line('td', row)}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{line("th", names)}</tr>{body}</table></div>'
