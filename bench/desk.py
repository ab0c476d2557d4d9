"""The desk while people look on: how long its pages take, what it misses, what memory it takes; and its pictures.

    python -m bench.desk [--viewers 20] # 20 people watch a render, and look at another version
    python -m bench.desk --pictures                       # writes docs/desk/*.webp, with Chromium

Each viewer listens to the queue, as its page does, and meanwhile opens pages and frames one after the other.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psutil

from bench._desk_pictures import prepare, take
from bench.speed import machine
from tests.delivered import deliver, write_manifest
from tests.desks import SECONDS, open_desk

SHOWN, RENDERED = "shown.yaml", "rendered.yaml"
FRAMES = 250
CLIP_SECONDS = 8
MEGABYTE = 1 << 20


@dataclass
class Viewer:
    """Somebody who watches.

    Attributes:
        took: seconds of each page, by its kind.
        states: what was heard of the job, in order.
        troubles: what was refused, or broke.
    """

    address: str
    number: int
    over: threading.Event
    took: dict[str, list[float]] = field(default_factory=dict)
    states: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Hear the queue until the render is over."""
        try:
            for name, data in _events(self.address):
                job = next(iter(data["jobs"]), None) if name == "queue" else None
                if job and job["state"] != next(reversed(self.states), None):
                    self.states.append(job["state"])
                if self.states and self.states[-1] not in ("waiting", "running"):
                    return
        except (OSError, ValueError) as error:
            self.troubles.append(f"events: {error}")

    def look(self) -> None:
        """Open one page after the other until everybody has heard."""
        turn = self.number * 11
        while not self.over.is_set():
            frame = turn % FRAMES
            for kind, path in (
                ("first page", "/"),
                ("a version", f"/review/{SHOWN}"),
                ("a frame", f"/frame/1/{frame}/{SHOWN}"),
                ("the form", f"/draft/{RENDERED}"),
            ):
                began = time.perf_counter()
                try:
                    with urlopen(self.address + path, timeout=SECONDS) as answer:  # noqa: S310  (our own desk)
                        answer.read()
                except OSError as error:
                    self.troubles.append(f"{path}: {error}")
                self.took.setdefault(kind, []).append(time.perf_counter() - began)
            turn += 1
            self.over.wait(1)  # whoever looks at a page looks for a while


def _events(address: str) -> Iterator[tuple[str, dict[str, list[dict[str, str]]]]]:
    """Server-sent events: their names and data."""
    with urlopen(f"{address}/queue/events", timeout=SECONDS) as lines:  # noqa: S310
        name = ""
        for line in lines:
            if line.startswith(b"event: "):
                name = line[7:].strip().decode()
            elif line.startswith(b"data: "):
                yield name, json.loads(line[6:])


def watched(viewers: int) -> dict[str, object]:
    """A render that so many people watch."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home).resolve() / "shown"
        folder.mkdir()
        deliver(write_manifest(folder, SHOWN), frames=FRAMES)
        driving = {"video": "sample:carphone", "end": CLIP_SECONDS}
        write_manifest(folder, RENDERED, performers={"one": {"portrait": "sample:astronaut", "driving": driving}})
        with open_desk(folder) as (address, process):
            desk, over = psutil.Process(process.pid), threading.Event()
            urlopen(f"{address}/review/{SHOWN}", timeout=SECONDS).read()  # noqa: S310
            before = desk.memory_info().rss
            crowd = [Viewer(address, number, over) for number in range(viewers)]
            ears = [threading.Thread(target=one.listen) for one in crowd]
            eyes = [threading.Thread(target=one.look) for one in crowd]
            for thread in (*ears, *eyes):
                thread.start()
            began, most = time.perf_counter(), before
            _queue(address, RENDERED)
            while any(thread.is_alive() for thread in ears):
                most = max(most, desk.memory_info().rss)
                time.sleep(0.1)
            seconds = time.perf_counter() - began
            over.set()
            for thread in eyes:
                thread.join()
            return {"viewers": viewers, "render_s": round(seconds, 1)} | _told(crowd, before, most)


def _queue(address: str, name: str) -> None:
    asked = Request(f"{address}/queue/add", urlencode({"name": name}).encode(), {"Origin": address})  # noqa: S310
    urlopen(asked, timeout=SECONDS).read()  # noqa: S310


def _told(crowd: list[Viewer], before: int, most: int) -> dict[str, object]:
    told: dict[str, object] = {
        "heard_to_its_end": sum(one.states[-1:] == ["done"] for one in crowd),
        "heard_it_run": sum("running" in one.states for one in crowd),
        "refused_or_broken": sum(len(one.troubles) for one in crowd),
        "desk_mb_before": round(before / MEGABYTE),
        "desk_mb_most": round(most / MEGABYTE),
    }
    for kind in next((one.took for one in crowd if one.took), {}):
        took = sorted(seconds for one in crowd for seconds in one.took.get(kind, []))
        worst, usual = took[int(0.95 * (len(took) - 1))], statistics.median(took)
        told[kind] = {
            "pages": len(took),
            "median_s": round(usual, 3),
            "p95_s": round(worst, 3),
            "most_s": round(took[-1], 3),
        }
    return told


def main() -> int:
    """Print one JSON line, or write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--pictures", action="store_true")
    options = parser.parse_args()
    if options.pictures:
        with tempfile.TemporaryDirectory() as home:
            folder = Path(home).resolve() / "songs"
            folder.mkdir()
            prepare(folder)
            for path in take(folder):
                print(f"{path.stat().st_size // 1000:4d} kB  {path}")
        return 0
    print(json.dumps({"bench": "desk", **machine(), **watched(options.viewers)}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
