"""The queue, over a stand-in for Duet's commands that renders for as long as a test wants."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Condition, RLock, Thread, current_thread

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from foundation.codec import Json
from foundation.errors import InputError, ManifestError, StageError
from pipeline.desk import commands, queue_pages
from pipeline.desk.app import desk
from pipeline.desk.folder import STATE, Folder
from pipeline.desk.jobs import MOST_JOBS, Job, Kept
from pipeline.desk.projects import Projects
from pipeline.desk.queue import Queue
from pipeline.desk.security import Access
from tests.delivered import HOSTILE, deliver, write_manifest
from tests.unit.pipeline.desk.conftest import HERE

SECONDS = 20.0
PROGRAM = r"""
for manifest; do :; done
stem=${manifest%.yaml}
if [ "$1" = plan ]; then
  if [ -e "$stem.wrong" ]; then
    echo '{"event": "Failed", "code": 2, "text": "1 mistake", "mistakes": ["performers: is missing"]}'
    exit 2
  fi
  echo '{"seconds": 90.0, "left": {"text": "only one, 3 of 40 frames"}}'
  exit
fi
trap 'echo "{\"event\": \"Stopped\", \"text\": \"stopped\"}"; exit 130' TERM
echo "$(basename "$manifest")|$$|$DUET_SHARES|$*" >> "$(dirname "$manifest")/ran.txt"
echo 'no JSON'
echo '{"event": "TaskStarted", "key": "a", "stage": "animate", "label": "one: animate 0-39", "percent": 0}'
echo '{"event": "TaskFinished", "key": "b", "stage": "probe", "label": "probe", "cached": true, "percent": 5}'
echo '{"event": "TaskProgress", "key": "a", "done": 10, "total": 40, "percent": 25, "seconds_left": 9.0}'
echo '{"event": "Notice", "text": "the engine is the toy"}'
while [ ! -e "$stem.end" ]; do sleep 0.01; done
code=$(cat "$stem.end")
rm "$stem.end"
case $code in
  4) echo "error: in the end" >&2 ;;
  3|5) echo '{"event": "Failed", "text": "the clip cannot be read", "mistakes": []}' ;;
esac
exit "$code"
"""


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


class Hall:
    """A folder with manifests a to e, and queues over it, as desks that come and go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for letter in "abcde":
            write_manifest(folder, f"{letter}.yaml")
        self.open()

    def open(self) -> Queue:
        self.projects = Projects(Folder.at(self.folder, self.folder / "work"))
        self.queue = Queue(self.projects.folder, self.projects.opened)
        return self.queue

    @property
    def app(self) -> FastAPI:
        return desk(self.projects, self.queue, Access("127.0.0.1"))

    @property
    def page(self) -> TestClient:
        return TestClient(self.app, base_url=HERE, headers={"origin": HERE}, follow_redirects=False)

    @property
    def ran(self) -> list[list[str]]:
        """What was begun, in order: manifest, process, shares, arguments."""
        path = self.folder / "ran.txt"
        return [line.split("|") for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def names(self) -> str:
        """The manifests that were begun, a letter each."""
        return "".join(name[0] for name, *_ in self.ran)

    @property
    def jobs(self) -> dict[str, Job]:
        """The last of each manifest."""
        return {job.name[0]: job for job in Kept.read(self.folder / STATE / "queue.json").jobs}

    def add(self, letters: str) -> None:
        for letter in letters:
            self.queue.add(f"{letter}.yaml")

    def finish(self, letter: str, code: int = 0) -> None:
        until(lambda: letter in self.jobs and self.jobs[letter].state == "running")
        path = self.folder / f"{letter}.part"
        path.write_text(str(code))
        path.rename(self.folder / f"{letter}.end")
        until(lambda: self.jobs[letter].is_over)

    def reads(self, letter: str, state: str) -> None:
        until(lambda: self.jobs[letter].state == state)


@pytest.fixture
def hall(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    program = folder.parent / "program.sh"
    program.write_text(PROGRAM)
    monkeypatch.setattr(commands, "PROGRAM", ("/bin/sh", str(program)))
    made = Hall(folder)
    yield made
    made.queue.end()


def test_one_after_the_other(hall: Hall) -> None:
    hall.queue.start()
    hall.add("abc")
    for letter in "abc":
        hall.finish(letter)
    assert hall.names == "abc"
    assert {job.state for job in hall.jobs.values()} == {"done"}
    name, _, shares, arguments = hall.ran[0]
    root = hall.folder
    given = f"render --work {root}/work --within {root} --json --offline -- {root}/a.yaml"  # a stranger's reads no more
    assert (name, shares, arguments) == ("a.yaml", "1", given)


def test_what_waits_is_put_in_order_and_taken_out(hall: Hall) -> None:
    hall.queue.settle(held=True)
    hall.queue.start()
    page = hall.page
    for letter in "abcd":
        answer = page.post("/queue/add", data={"name": f"{letter}.yaml"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/queue#{letter}.yaml")
    keys = {letter: job.id for letter, job in hall.jobs.items()}
    assert page.post(f"/queue/move/{keys['d']}", json={"before": keys["a"]}).status_code == 204
    assert page.post(f"/queue/move/{keys['a']}", json={"before": None}).status_code == 204
    assert page.post(f"/queue/remove/{keys['b']}").status_code == 204
    assert [job.name[0] for job in hall.jobs.values()] == ["d", "c", "a"]
    assert hall.names == ""  # it is held
    assert page.patch("/queue", json={"held": False}).status_code == 204
    for letter in "dca":
        hall.finish(letter)
    assert hall.names == "dca"


def test_what_the_cache_spares_is_said_before_it_begins(hall: Hall) -> None:
    hall.queue.settle(held=True)
    (hall.folder / "b.wrong").touch()
    hall.queue.start()
    hall.add("ab")
    until(lambda: hall.jobs["a"].spared and hall.jobs["b"].spared)
    assert (hall.jobs["a"].spared, hall.jobs["a"].seconds) == ("only one, 3 of 40 frames", 90.0)
    assert hall.jobs["b"].spared == "it cannot be planned: performers: is missing"
    assert hall.names == ""


def test_a_render_is_stopped_and_tried_again(hall: Hall) -> None:
    hall.queue.start()
    hall.add("a")
    hall.reads("a", "running")
    key, page = hall.jobs["a"].id, hall.page
    assert page.post(f"/queue/remove/{key}").status_code == 422
    assert page.post(f"/queue/retry/{key}").status_code == 422
    until(lambda: hall.queue.lives()[key]["tasks"])  # it hears the signal
    assert page.post(f"/queue/stop/{key}").status_code == 204
    hall.reads("a", "stopped")
    assert page.post(f"/queue/retry/{key}").status_code == 204
    hall.finish("a")
    assert hall.names == "aa"
    assert [job.state for job in hall.jobs.values()] == ["done"]


@pytest.mark.parametrize(
    ("code", "state", "told"),
    [(3, "failed", "the clip cannot be read"), (4, "failed", "in the end"), (5, "checks failed", "the clip cannot")],
)
def test_a_failure_is_told_and_stops_nothing_else(hall: Hall, code: int, state: str, told: str) -> None:
    hall.queue.start()
    hall.add("ab")
    hall.finish("a", code)
    assert hall.jobs["a"].state == state
    assert told in hall.jobs["a"].told
    hall.finish("b")
    assert hall.jobs["b"].state == "done"


def test_a_process_that_dies_is_told(hall: Hall) -> None:
    hall.queue.start()
    hall.add("a")
    until(lambda: hall.ran)
    os.kill(int(hall.ran[0][1]), signal.SIGKILL)
    hall.reads("a", "failed")
    assert "SIGKILL" in hall.jobs["a"].told


def test_how_far_it_is(hall: Hall) -> None:
    hall.queue.start()
    hall.add("a")
    until(lambda: any(one["notices"] for one in hall.queue.lives().values()))
    (live,) = hall.queue.lives().values()
    assert (live["percent"], live["seconds_left"], live["finished"], live["cached"]) == (25.0, 9.0, 1, 1)
    (task,) = live["tasks"]
    assert (task["label"], task["done"], task["total"]) == ("one: animate 0-39", 10, 40)
    assert live["notices"] == ["the engine is the toy"]


def test_a_desk_that_ends_goes_on_where_it_was(hall: Hall) -> None:
    hall.queue.start()
    hall.add("abc")
    hall.finish("a")
    hall.reads("b", "running")
    until(lambda: any(one["tasks"] for one in hall.queue.lives().values()))
    hall.queue.end()
    with pytest.raises(ProcessLookupError):
        os.kill(int(hall.ran[-1][1]), 0)
    hall.open().start()
    for letter in "bc":
        hall.finish(letter)
    assert hall.names == "abbc"


def test_a_desk_that_was_killed_goes_on_where_it_was(hall: Hall) -> None:
    jobs = [Job(id=letter, name=f"{letter}.yaml", added="2026-11-28T10:00:00+00:00") for letter in "ab"]
    jobs[0] = jobs[0].changed(state="running", began=jobs[0].added, spared="all 40 frames")
    Kept(jobs=jobs).write(hall.folder / STATE / "queue.json")
    hall.open().start()
    hall.finish("a")
    hall.finish("b")
    assert hall.names == "ab"


class Late(Condition):
    """Held up for a moment: the queue's thread, before it takes the lock, until the queue is asked to end."""

    def __init__(self, asked: Callable[[], bool]) -> None:
        super().__init__(RLock())
        self._asked = asked

    def __enter__(self) -> bool:
        if current_thread().name == "queue":
            until(self._asked)
        return super().__enter__()


def test_it_ends_however_late_its_thread_is(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = hall.queue
    monkeypatch.setattr(queue, "_changed", Late(lambda: queue._ending))
    queue.start()
    ending = Thread(target=queue.end, daemon=True)
    ending.start()
    ending.join(SECONDS)
    assert not ending.is_alive()


def test_several_share_the_machine_unless_they_write_the_same_file(hall: Hall) -> None:
    write_manifest(hall.folder, "b.yaml", output={"path": "out/a.mp4", "size": [320, 180]})
    hall.queue.settle(at_once=3)
    hall.queue.start()
    hall.add("abc")
    hall.reads("c", "running")
    hall.reads("a", "running")
    assert hall.jobs["b"].state == "waiting"
    assert {shares for _, _, shares, _ in hall.ran} == {"3"}
    hall.finish("a")
    hall.finish("b")
    hall.finish("c")


def test_a_batch_is_rendered_as_one(hall: Hall) -> None:
    (hall.folder / "a.yaml").write_text(
        "version: 1\nbatch: {portraits: ['sample:astronaut'], driving: 'sample:carphone'}\n"
        "output: {path: 'out/{name}.mp4', size: [320, 180]}\n"
    )
    hall.queue.start()
    hall.add("a")
    hall.finish("a")
    assert hall.ran[0][3].startswith("batch ")


def test_a_result_becomes_a_version(hall: Hall) -> None:
    hall.queue.start()
    hall.add("a")
    hall.reads("a", "running")
    deliver(hall.folder / "a.yaml")
    hall.finish("a")
    assert len(hall.projects.versions.of("a.yaml")) == 1


def test_the_page_hears_what_is_new(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_pages, "LOOK_SECONDS", 0.01)
    write_manifest(hall.folder, name := f"{HOSTILE.replace('/', '|')}.yaml")
    hall.queue.add(name)
    app, turns = hall.app, iter(range(5))
    app.state.closing = lambda: next(turns, None) is None
    answer = TestClient(app, base_url=HERE).get("/queue/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    first, second = answer.text.strip().split("\n\n")  # and nothing while nothing changes
    assert first.startswith("event: queue\ndata: ")
    assert json.loads(first.partition("data: ")[2])["jobs"][0]["name"] == name
    assert second == "event: lives\ndata: {}"


def test_the_list_of_projects_says_what_is_queued(hall: Hall) -> None:
    hall.queue.settle(held=True)
    hall.add("a")
    assert ">queued<" in hall.page.get("/").text


WRONG: list[tuple[str, str, Json]] = [
    ("PATCH", "/queue", {"at_once": 0}),
    ("PATCH", "/queue", {"at_once": 9}),
    ("PATCH", "/queue", {"jobs": []}),
    ("POST", "/queue/move/none", {"before": None}),
    ("POST", "/queue/move/none", {}),
    ("POST", "/queue/stop/none", None),
    ("POST", "/queue/remove/none", None),
    ("POST", "/queue/retry/none", None),
    ("POST", "/queue/explode/none", None),
]


@pytest.mark.parametrize(("method", "address", "body"), WRONG, ids=str)
def test_a_wrong_wish_is_refused(hall: Hall, method: str, address: str, body: Json) -> None:
    assert hall.page.request(method, address, json=body).status_code in (404, 422)


@pytest.mark.parametrize("name", ["../secret.yaml", "/etc/passwd", "none.yaml", "", "a.yaml\0"])
def test_nothing_but_manifests_of_the_folder_are_queued(hall: Hall, name: str) -> None:
    assert hall.page.post("/queue/add", data={"name": name}).status_code in (404, 422)
    assert hall.queue.shown()["jobs"] == []


def test_a_manifest_waits_once(hall: Hall) -> None:
    hall.add("a")
    with pytest.raises(ManifestError, match="waits in the queue already"):
        hall.add("a")


def test_a_queue_has_an_end(hall: Hall) -> None:
    jobs = [Job(id=str(number), name=f"{number}.yaml", added="", state="done") for number in range(MOST_JOBS)]
    Kept(jobs=jobs).write(hall.folder / STATE / "queue.json")
    hall.open()
    with pytest.raises(ManifestError, match="takes 500 jobs"):
        hall.add("a")
    assert hall.page.post("/queue/clear").status_code == 204
    hall.add("a")


def test_a_damaged_queue_is_told_and_left_alone(hall: Hall) -> None:
    path = hall.folder / STATE / "queue.json"
    path.parent.mkdir()
    path.write_text("{")
    with pytest.raises(InputError, match="cannot be read as a queue"):
        hall.open()
    assert path.read_text() == "{"


def test_two_desks_do_not_work_on_one_folder(hall: Hall) -> None:
    hall.queue.start()
    other = Queue(hall.projects.folder, hall.projects.opened)
    with pytest.raises(StageError, match="another desk"):
        other.start()
    hall.queue.end()
    other.start()
    other.end()


def test_a_full_disk_loses_no_render(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.queue.start()
    hall.add("a")
    hall.reads("a", "running")
    home = hall.folder / STATE
    kept = home.rename(hall.folder / "aside")
    home.write_text("in the way")
    (hall.folder / "a.end").write_text("0")
    until(lambda: hall.queue.shown()["jobs"][0]["state"] == "done")
    home.unlink()
    kept.rename(home)
    hall.queue.settle(held=True)
    assert hall.jobs["a"].state == "done"
