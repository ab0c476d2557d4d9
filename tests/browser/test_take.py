"""Somebody sings before the camera: the portrait moves along, the take is kept, and its place to the song is known."""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from foundation.codec import Json
from foundation.geometry import Image
from foundation.yaml_text import parse_yaml
from media.ffmpeg.binary import ffmpeg
from media.ffmpeg.run import run_ffmpeg
from media.samples import sample_path
from media.video.probe import probe
from media.video.reader import VideoReader
from tests.desks import SECONDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SONG_SECONDS = 2
RATE = 48_000
TEXT = """\
# our song
version: 1
performers:
  ann:          # she sings
    portrait: sample:astronaut
  grace: {portrait: sample:hopper, singing: {sound: audio, words: lyrics}}
audio: song.wav   # as it was mixed
lyrics: song.lrc
output: {path: out/one.mp4, size: [320, 180]}
"""
LYRICS = """\
[00:00.20]ann: <00:00.20>One <00:00.60>moon<00:00.90>
[00:01.00]grace: <00:01.00>two <00:01.40>suns<00:01.90>
"""
PLAYING = "[...document.querySelectorAll('#takes video')].every(({ currentTime }) => currentTime > 3.3)"
NO_MIRROR = """
    const real = window.fetch;
    window.fetch = (url, more) => String(url).startsWith("/mirror") ? new Promise(() => {}) : real(url, more);
"""
CODED = """
    const wide = 320, tall = 240, bits = 20;
    const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: tall });
    const pen = canvas.getContext("2d");
    const paint = () => {
        const now = Math.round(performance.now());
        for (let bit = 0; bit < bits; bit++) {
            pen.fillStyle = (now >> bit) & 1 ? "#fff" : "#000";
            pen.fillRect((bit % 5) * 64, Math.floor(bit / 5) * 60, 64, 60);
        }
        requestAnimationFrame(paint);
    };
    paint();
    navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(30);
    const play = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (at) {
        window.played = () => {
            const { contextTime, performanceTime } = this.context.getOutputTimestamp();
            return performanceTime + 1000 * (at - contextTime);
        };
        return play.call(this, at);
    };
"""
"""A camera whose frames show the page's own clock, milliseconds in bits; and when what was played last is heard."""


@pytest.fixture(scope="session")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample clip as Chromium's fake camera takes it."""
    path = tmp_path_factory.mktemp("camera") / "camera.y4m"
    clip = ["-i", str(sample_path("carphone")), "-vf", "scale=320:262,format=yuv420p", "-f", "yuv4mpegpipe", str(path)]
    run_ffmpeg([ffmpeg(), "-y", "-nostdin", "-loglevel", "error", *clip], file=path)
    return path


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser], filmed: Path) -> Iterator[Browser]:
    """A browser with a camera, and a microphone that beeps."""
    devices = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    devices += [f"--use-file-for-fake-video-capture={filmed}", "--autoplay-policy=no-user-gesture-required"]
    started = launch(*devices)
    yield started
    started.close()


def write_song(path: Path) -> None:
    times = np.arange(SONG_SECONDS * RATE) / RATE
    tone = 0.2 * np.sin(2 * np.pi * (300 + 200 * times) * times)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((32767 * tone).astype(np.int16).tobytes())


def opened(page: Page, folder: Path, name: str) -> Path:
    """The page of a project of its own for each width."""
    path = folder / f"{name}{page.viewport_size['width'] if page.viewport_size else ''}.yaml"
    path.write_text(TEXT, encoding="utf-8")
    write_song(folder / "song.wav")
    (folder / "song.lrc").write_text(LYRICS, encoding="utf-8")
    page.goto(f"/take/{path.name}")
    page.locator("body[data-ready]").wait_for()
    return path


def record(page: Page, already: int = 0) -> None:
    page.get_by_role("button", name="Record").click()
    page.locator("#takes li").nth(already).wait_for()


def held(path: Path) -> Json:
    return parse_yaml(path.read_text(encoding="utf-8"))


def frames_shown(page: Page) -> int:
    return int(page.locator("#portrait").get_attribute("data-shown") or 0)


def until(page: Page, expression: str) -> None:
    """Wait for it to be true, without an eval in the page, which its policy forbids."""
    for _ in range(10 * SECONDS):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    pytest.fail(expression)


def drawn(page: Page) -> Image:
    """What the portrait's canvas shows."""
    width, values = page.evaluate("""() => {
        const canvas = document.getElementById("portrait");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return [canvas.width, Array.from(data)];
    }""")
    return np.array(values, np.uint8).reshape(-1, width, 4)[:, :, :3]


def test_a_take_is_sung_with_the_portrait_moving_along_then_chosen(page: Page, folder: Path) -> None:
    path = opened(page, folder, "sung")
    page.get_by_role("button", name="Camera on").click()
    page.locator("#portrait[data-following=true]").wait_for()
    page.wait_for_timeout(1500)
    one = drawn(page)
    page.wait_for_timeout(400)
    assert (drawn(page) != one).any()
    shown = frames_shown(page)
    page.wait_for_timeout(1000)
    assert frames_shown(page) > shown + 3
    page.get_by_role("button", name="Record").click()
    page.locator("#now .sung").first.wait_for()
    assert page.locator("#now").inner_text() in ("One moon", "two suns")
    page.locator("#takes li").first.wait_for()
    record(page, 1)
    assert page.locator("#told").is_hidden()
    takes = page.locator("#takes li")
    files = takes.evaluate_all("all => all.map((one) => one.dataset.file)")
    assert [file[-8:] for file in files] == ["001.webm", "002.webm"]
    info = probe(folder / files[0])
    assert info.video is not None
    assert len(info.audio) == 1
    assert info.video.width >= 320
    assert SONG_SECONDS + 3 < float(info.duration) < SONG_SECONDS + 3 + 5
    for tick in takes.get_by_role("checkbox").all():
        tick.check()
    page.get_by_role("button", name="Play the ticked").click()
    until(page, PLAYING)
    choose_the_second(page, path, files)


def choose_the_second(page: Page, path: Path, files: list[str]) -> None:
    takes = page.locator("#takes li")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    playing = takes.nth(1).locator("video").evaluate("(video) => video.currentTime")
    takes.nth(1).get_by_role("button", name="Choose").click()
    takes.nth(1).get_by_role("button", name="Chosen").wait_for()
    assert takes.nth(1).locator("video").evaluate("(video) => video.currentTime") >= playing
    assert not [each for each in asked if "/heard/" in each]
    driving = held(path)["performers"]["ann"]["driving"]
    assert driving["video"] == files[1]
    assert 3 <= driving["start"] < 4
    assert driving["end"] == pytest.approx(driving["start"] + SONG_SECONDS, abs=0.01)
    assert "# she sings" in path.read_text(encoding="utf-8")
    assert "# as it was mixed" in path.read_text(encoding="utf-8")
    assert takes.nth(1).get_by_role("button", name="Remove").is_disabled()
    takes.nth(0).get_by_role("button", name="Remove").click()
    takes.nth(1).wait_for(state="detached")
    assert not (path.parent / files[0]).exists()
    page.goto(f"/edit/{path.name}")
    page.locator("body[data-ready]").wait_for()
    assert page.locator("body").get_attribute("data-mistakes") == "0"


@pytest.mark.parametrize("page", [1280], indirect=True)
def test_where_the_song_lies_in_a_take_is_known_to_the_frame(page: Page, folder: Path) -> None:
    page.add_init_script(CODED)
    page.add_init_script(NO_MIRROR)
    path = opened(page, folder, "clock")
    page.get_by_role("button", name="Camera on").click()
    page.get_by_role("button", name="Record").and_(page.locator(":enabled")).wait_for()
    record(page)
    heard = page.evaluate("window.played()")
    page.locator("#takes li").get_by_role("button", name="Choose").click()
    page.locator("#takes li").get_by_role("button", name="Chosen").wait_for()
    driving = held(path)["performers"]["ann"]["driving"]
    off = []
    corners = [(tall, wide) for tall in range(20, 240, 60) for wide in range(22, 320, 64)]
    with VideoReader(folder / driving["video"]) as reader:
        for seconds, frame in reader:
            at = [frame[top : top + 20, left : left + 20].mean() for top, left in corners]
            shown = sum(int(level > 128) << bit for bit, level in enumerate(at))
            off.append((heard - shown) / 1000 + float(seconds) - driving["start"])
    assert len(off) > 60
    assert abs(float(np.median(off))) < 1 / 30


@pytest.mark.parametrize("page", [1280], indirect=True)
def test_who_performs_can_be_changed_and_only_one_camera_is_shown(page: Page, folder: Path, browser: Browser) -> None:
    opened(page, folder, "two")
    page.get_by_role("button", name="Camera on").click()
    page.locator("#portrait[data-shown]").wait_for()
    page.wait_for_timeout(500)
    ann = drawn(page)
    context = browser.new_context(base_url=page.url)
    context.set_default_timeout(SECONDS * 1000)
    other = context.new_page()
    other.goto(page.url)
    other.locator("body[data-ready]").wait_for()
    other.get_by_role("button", name="Camera on").click()
    other.locator("#told", has_text="one at a time").wait_for()
    context.close()
    page.get_by_label("Who sings").select_option("grace")
    before = frames_shown(page)
    until(page, f"Number(document.getElementById('portrait').dataset.shown) > {before + 5}")
    page.locator("#portrait[data-following=true]").wait_for()
    grace = drawn(page)
    assert np.abs(grace.astype(int) - ann).mean() > 20
