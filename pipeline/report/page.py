"""report.html: one file that needs nothing else, made of the report's data. It loads nothing from anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.utils import htmlsafe_json_dumps

from foundation.errors import InputError
from pipeline.report.data import VERSION, Data
from pipeline.report.plots import Band, Drawn, Line, bands_where, centred, plot
from pipeline.report.song import Sung, shown
from quality.table import MEASURES

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
VERDICTS = {"ok": "checks hold", "warn": "worth a look", "fail": "failed"}
WORDS = {"ok": "ok", "warn": "look", "fail": "failed", "unmeasured": "not measurable"}
QUIET = -60.0
"""LUFS below which the sound is marked as silent."""
ORDER = ("fail", "warn", "ok", "unmeasured")
_CARRIED = re.compile(r'<script type="application/json" id="duet">(.*?)</script>', re.DOTALL)


def page(data: Data) -> str:
    """The whole file."""
    rows = data["rows"]
    ranked = sorted(rows, key=lambda row: ORDER.index(row["status"]))
    versions = dict(data["versions"])
    stage_versions = ", ".join(f"{name} {number}" for name, number in versions.pop("stages").items())
    video = quote(data["video"])
    return _template().render(
        data=data,
        video=video,
        played=video.endswith(PLAYED),
        policy=POLICY,
        words=WORDS,
        verdicts=VERDICTS,
        measures=MEASURES,
        worst=worst(rows),
        ranked=ranked,
        notable=[row for row in ranked if row["status"] in ("fail", "warn")],
        plots=_result_plots(data),
        performers=[_performer(name, about, rows) for name, about in data["performers"].items()],
        stages=_stages(data),
        manifest=yaml.safe_dump(data["manifest"], sort_keys=False, allow_unicode=True),
        libraries=list(versions.items()),
        stage_versions=stage_versions,
        carried=htmlsafe_json_dumps(data, ensure_ascii=False, allow_nan=False),
    )


@cache
def _template() -> Template:
    home = Path(__file__).parent
    known = Environment(
        loader=FileSystemLoader(home), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return known.get_template("report.html")


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


def worst(rows: Iterable[Data]) -> str:
    """fail, warn or ok."""
    found = {row["status"] for row in rows}
    return "fail" if "fail" in found else "warn" if "warn" in found else "ok"


WHOLE = {"same": ("frozen", "repeated"), "black": ("black",)}
"""What may be wrong with a frame as a whole, and the checks that say how long it may be so."""


def weight(series: str, rows: Iterable[Data]) -> str:
    """How frames of `series` (of WHOLE) are marked: bad where a check fails for them, odd where it allows them."""
    return "bad" if any(row["check"] in WHOLE[series] and row["status"] == "fail" for row in rows) else "odd"


def _result_plots(data: Data) -> list[Drawn]:
    """The finished picture and its sound over time."""
    series = data["series"]
    times = _times(len(series["light"]), data["seconds"])
    wrong = {name: [bool(value) for value in series[name]] for name in WHOLE}
    bands = [band for name, at in wrong.items() for band in bands_where(at, times, weight(name, data["rows"]))]
    light = plot("Brightness", "mean level", times, [Line("result", series["light"])], bands, span=24.0)
    clock = _times(len(series["loudness"]), data["seconds"])
    quiet = bands_where([value is not None and value <= QUIET for value in series["loudness"]], clock, "odd")
    return light + plot("Loudness", "LUFS over 0.4 s", clock, [Line("result", series["loudness"])], quiet, span=12.0)


def _times(count: int, seconds: float) -> list[float]:
    return [seconds * number / max(1, count) for number in range(count)]


@dataclass(frozen=True)
class _Performer:
    """What is shown of one. `pairs`: driver above result, as in the report's data. `sung`: of one who sings words."""

    name: str
    engine: str
    status: str
    pairs: list[Data]
    plots: list[Drawn]
    sung: list[Sung]


def _performer(name: str, about: Data, rows: Sequence[Data]) -> _Performer:
    bands = _marks(about)
    plots: list[Drawn] = []
    for key, title, unit, span in PLOTS:
        values = {who: about[who].get(key, ()) for who in ("driver", "result")}
        lines = [Line(who, centred(found) if key in ANGLES else found) for who, found in values.items()]
        plots += plot(title, unit, about["times"], lines, bands[key], span=span)
    status = worst(row for row in rows if row["performer"] == name)
    mouth = about["result"].get("mouth", [])
    sung = [shown(line, about["times"], mouth) for line in about.get("sung", ())]
    return _Performer(name, about["engine"], status, about["pairs"], plots, sung)


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


def _stages(data: Data) -> list[list[str]]:
    rows = []
    for row in data["stages"]:
        rate = f"{row['frames'] / row['seconds']:.1f}" if row["seconds"] and row["frames"] > 1 else ""
        kept = str(row["cached"]) if data["record"] else "?"
        rows.append([row["stage"], str(row["tasks"]), kept, str(row["frames"]), f"{row['seconds']:.2f}", rate])
    return rows
