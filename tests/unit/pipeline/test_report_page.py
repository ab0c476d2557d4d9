"""The report as a file: whole, safe, readable, and alone."""

from __future__ import annotations

import base64
import copy
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from foundation.artifacts import ArtifactStore
from foundation.codec import encode
from foundation.errors import InputError
from media.credentials.provenance import SYNTHETIC
from media.image.images import read_image, write_jpeg
from pipeline.report.comparison import Side, differences
from pipeline.report.data import Data
from pipeline.report.drawing import write_sheet
from pipeline.report.page import page, read_page
from pipeline.report.plots import Band, bands_where, centred
from pipeline.report.record import Recorder, read_record
from quality.features import COLUMNS
from quality.verdict import judge
from tests.conftest import ROOT

HOSTILE = "</script><script>alert('x')</script><img src=https://example.org/x.png> & \"Duet\""
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)


@pytest.fixture
def data(tmp_path: Path) -> Data:
    """A report's data with one performer, a face lost for a moment, a failure, and a title that means harm."""
    picture = np.full((128, 64, 3), (200, 90, 40), np.uint8)
    write_jpeg(tmp_path / "p.jpg", picture)
    uri = "data:image/jpeg;base64," + base64.b64encode((tmp_path / "p.jpg").read_bytes()).decode()
    times = [round(n / 8, 3) for n in range(40)]
    wave = {name: [0.05 + 0.05 * np.sin(n / 3) for n in range(40)] for name in COLUMNS}
    result: dict[str, list[float | None]] = {
        name: [*values[:10], None, None, *values[12:]] for name, values in wave.items()
    }
    rows = encode(judge("performer", {"mouth_r": 0.2, "lost": 0.05}, {}, performer="one"))
    return {
        "duet_report": 1,
        "title": HOSTILE,
        "video": "a #1.mp4",
        "frames": 125,
        "fps": "25",
        "seconds": 5.0,
        "rows": rows,
        "performers": {
            "one": {
                "engine": "landmark_tps",
                "frames": 125,
                "times": times,
                "driver": wave,
                "result": result,
                "pairs": [{"seconds": float(n), "picture": uri} for n in range(6)],
            }
        },
        "series": {"light": [100.0] * 125, "same": [0.0] * 125, "black": [0.0] * 125, "loudness": [None, -20.0, -70.0]},
        "stills": [uri] * 6,
        "stages": [{"stage": "edit", "tasks": 1, "cached": 0, "frames": 125, "seconds": 2.5}],
        "record": {"made": "2026-01-01T00:00:00+00:00", "seconds": 9.0},
        "notices": [HOSTILE],
        "manifest": {"title": HOSTILE},
        "versions": {"python": "3.11", "stages": {"edit": 1}},
        "hashes": [{"what": HOSTILE, "sha256": "0" * 64}],
    }


VOID = ("meta", "img", "br", "polyline", "rect")


class Reader(HTMLParser):
    """Every address that the page names, every tag that opens, and every one that closes."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.scripts: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "poster", "action", "data")]
        if tag == "script":
            self.scripts.append(dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def test_a_singers_lines_are_shown_with_their_sounds_and_escaped(data: Data) -> None:
    line = {
        "start": 1.0, "end": 2.0, "confidence": 0.93, "how": "aligned", "text": HOSTILE, "since": 0.6,
        "level": [-60.0, *[-20.0] * 50, -60.0], "phones": [["M", 1.0, 1.1], ["UW", 1.1, 1.6], ["N", 1.6, 2.0]],
    }  # fmt: skip
    told = copy.deepcopy(data)
    told["performers"]["one"]["sung"] = [line]
    made = page(told)
    assert "confidence 0.93" in made
    shown = made[made.index("Lines that it sings: 1") :]
    assert '<span style="left:' in shown
    assert ">UW</span>" in shown
    assert shown.count('<rect class="odd"') >= 1  # the M
    assert "<script>alert" not in made


def test_the_page_is_whole_and_asks_for_nothing(data: Data) -> None:
    reader = Reader()
    reader.feed(page(data))
    assert reader.open == []
    local = [address for address in reader.addresses if not address.startswith("data:image/jpeg;base64,")]
    assert set(local) == {"a%20%231.mp4"}
    assert [script.get("type") for script in reader.scripts] == ["application/json"]


def test_the_page_carries_its_data(data: Data, tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text(page(data), encoding="utf-8")
    assert read_page(tmp_path / "r.html") == json.loads(json.dumps(data))


@pytest.mark.parametrize("text", ["", "<html></html>", '<script type="application/json" id="duet">[1]</script>', "\0"])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.html").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="report"):
        read_page(tmp_path / "r.html")


def test_failures_and_lost_faces_are_marked(data: Data) -> None:
    text = page(data)
    assert '<span class="badge fail">failed</span>' in text
    assert "the mouth does not sing what is heard" in text
    assert len(re.findall(r'<rect class="bad"', text)) == 5  # the lost face, in each of the performer's plots
    assert text.index("mouth_r") < text.index("mouth_slope")  # what failed comes first


def test_a_result_that_nobody_looked_at_has_a_report_too(data: Data) -> None:
    bare = copy.deepcopy(data) | {"rows": [], "stills": [], "record": None}
    bare["performers"]["one"] |= {"times": [], "driver": {}, "result": {}, "pairs": []}
    bare["series"] = {name: [] for name in bare["series"]}
    reader = Reader()
    reader.feed(page(bare))
    assert reader.open == []


def test_bands_and_middles() -> None:
    times = [0.0, 1.0, 2.0, 3.0]
    assert bands_where([False, True, True, False], times, "bad") == [Band(1.0, 3.0, "bad")]
    assert bands_where([True, False, False, True], times, "bad") == [Band(0.0, 1.0, "bad"), Band(3.0, 3.0, "bad")]
    assert bands_where([], [], "bad") == []
    assert centred([1.0, None, 3.0, 8.0]) == [-2.0, None, 0.0, 5.0]


def test_two_results_are_compared_measure_by_measure_and_look_by_look(data: Data) -> None:
    other = copy.deepcopy(data)
    other["rows"] = encode(judge("performer", {"mouth_r": 0.9, "lost": 0.0}, {}, performer="one"))
    mouth = other["performers"]["one"]["driver"]["mouth"]
    other["performers"]["one"]["result"]["mouth"] = [value + 0.01 for value in mouth]
    lines = {line.name: line for line in differences(Side("a", Path("a"), data), Side("b", Path("b"), other))}
    assert lines["mouth_r"].change == pytest.approx(0.7)
    error = lines["mouth error"]
    assert (error.a, error.b) == (pytest.approx(0.0), pytest.approx(0.01))
    assert error.margin == pytest.approx(0.0, abs=1e-6)
    assert "closed" not in lines  # neither could measure it


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
@pytest.mark.parametrize("width", [500, 1200])
def test_a_browser_shows_it_without_a_request(data: Data, tmp_path: Path, width: int) -> None:
    file, shot, log = tmp_path / "r.html", tmp_path / "r.png", tmp_path / "net.json"
    file.write_text(page(data), encoding="utf-8")
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"]
    where = [f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}", f"--screenshot={shot}"]
    command = [str(CHROMIUM), *flags, *where, f"--window-size={width},2400", file.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    asked = set(re.findall(r'"url":"(https?://[^"]+)"', log.read_text(encoding="utf-8")))
    assert not {url for url in asked if "example.org" in url}
    image = read_image(shot)
    assert image.shape[1] == width
    orange = np.abs(image.astype(int) - (200, 90, 40)).max(axis=2) < 24
    columns = np.flatnonzero(orange.any(axis=0))
    assert columns[0] > 0  # a margin at either side: nothing runs out of the page
    assert columns[-1] < width - 1
    assert orange.mean() > 0.05


def test_sheets_say_that_their_people_are_synthetic(tmp_path: Path) -> None:
    write_sheet(tmp_path / "sheet.png", np.zeros((8, 8, 3), np.uint8), "Contact sheet")
    data = (tmp_path / "sheet.png").read_bytes()
    assert SYNTHETIC.encode() in data
    assert b"digitalsourcetype/compositeSynthetic" in data


def contrast(one: str, other: str) -> float:
    """Of two colours, "#rrggbb": WCAG 2.2, contrast ratio."""
    lights = []
    for color in (one, other):
        full = "".join(2 * digit for digit in color[1:]) if len(color) == 4 else color[1:]
        levels = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in levels]
        lights.append(float(np.dot(linear, (0.2126, 0.7152, 0.0722))))
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_all_text_stands_out_from_what_is_behind_it() -> None:
    """4.5 to 1, in light and in dark (WCAG 2.2, 1.4.3)."""
    css = (ROOT / "pipeline" / "report" / "style.css").read_text(encoding="utf-8")
    for theme, badge in zip(re.findall(r":root \{(.*?)\}", css, re.DOTALL), ("#ffffff", "#111111"), strict=True):
        colors = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6});", theme))
        for ink in ("ink", "soft", "ok", "warn", "fail", "driver", "result"):
            for paper in ("paper", "card"):
                assert contrast(colors[ink], colors[paper]) >= 4.5, (ink, paper)
        for state in ("ok", "warn", "fail"):
            assert contrast(badge, colors[state]) >= 4.5, state


def test_a_record_that_cannot_be_kept_stops_nothing(tmp_path: Path) -> None:
    store, key = ArtifactStore(tmp_path), "ab" * 32
    kept = Recorder().keep(store, key)
    assert read_record(store, key) == kept
    shutil.rmtree(tmp_path / "runs")
    (tmp_path / "runs").write_text("no folder can be made here")
    assert Recorder().keep(store, key)["cached"] == []
    assert read_record(store, key) is None
