"""Damaged and hostile files: an error of ours, in time, within memory, and nothing else opened.

The files are read in a process of their own whose time and address space are limited, so that a hang, a crash of a
decoder or a decompression bomb fails the test instead of the machine.
"""

from __future__ import annotations

import json
import os
import random
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.conftest import ROOT
from tests.synthetic import bars, numbered, run_recipe, tone, write_clip

SECONDS = 100  # for all files of one process; each takes a few hundredths
GIGABYTE = 1 << 30

# what a user's command does with a file, for each file of a list; what it says is one JSON line a file
READ = """
import json, resource, sys
from itertools import islice
from pathlib import Path
import av, cv2, numpy
from foundation.errors import DuetError
from media.image.images import is_image, read_image
from media.video.probe import probe
from media.video.reader import VideoReader
from media.sound.reader import sound_blocks
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[1]),) * 2)

def look(path):
    if is_image(path):
        read_image(path)
        return
    info = probe(path)
    if info.video:
        with VideoReader(path, tolerant=True) as reader:
            for _ in islice(reader, 60):
                pass
    if info.audio:
        for _ in islice(sound_blocks(path), 200):
            pass

for name in sys.stdin.read().splitlines():
    told = None
    try:
        look(Path(name))
    except DuetError as problem:
        told = [type(problem).__name__, str(problem), problem.cure]
    except BaseException as problem:
        told = ["TRACEBACK", f"{type(problem).__name__}: {problem}", None]
    print(json.dumps([name, told]), flush=True)
"""


def read_all(paths: Iterable[Path], memory: int = GIGABYTE) -> dict[str, list[str] | None]:
    """What reading each file came to: None if it is fine, else the error's class, text and cure."""
    names = [str(path) for path in paths]
    done = subprocess.run(
        [sys.executable, "-c", READ, str(memory)],
        input="\n".join(names),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=SECONDS,
        check=False,
    )
    told = dict(json.loads(line) for line in done.stdout.splitlines())
    assert len(told) == len(names), f"died at {names[len(told)]}: {done.stderr[-500:]}"
    for name, problem in told.items():
        ours = problem is None or (problem[0] == "InputError" and problem[2] and "\n" not in problem[1])
        assert ours, (name, problem)
    return told


def mutations(whole: bytes, dice: random.Random, count: int) -> Iterable[bytes]:
    """The file cut off, with bits flipped, with a stretch overwritten, and with a stretch moved."""
    for number in range(count):
        data = bytearray(whole)
        at = dice.randrange(len(data)) if number % 2 else dice.randrange(min(len(data), 600))
        if number % 4 == 0:
            del data[at + 1 :]
        elif number % 4 == 1:
            for _ in range(dice.randrange(1, 40)):
                data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        elif number % 4 == 2:
            data[at : at + 8] = dice.choice([b"\xff" * 8, b"\0" * 8, b"\x7f" + b"\xff" * 7])[: len(data) - at]
        else:
            size = dice.randrange(1, 400)
            to = dice.randrange(len(data))
            data[to:to] = data[at : at + size]
        yield bytes(data)


VIDEOS: dict[str, tuple[str, ...]] = {
    "v.mp4": ("-c:v", "libx264", "-c:a", "aac"),
    "f.mp4": ("-c:v", "libx265", "-x265-params", "log-level=none", "-movflags", "frag_keyframe+empty_moov"),
    "v.mov": ("-c:v", "prores_ks", "-c:a", "pcm_s16le"),
    "v.mkv": ("-c:v", "mpeg2video", "-c:a", "ac3"),
    "v.webm": ("-c:v", "libvpx", "-c:a", "libvorbis"),
    "v.avi": ("-c:v", "mpeg4", "-c:a", "mp3"),
    "v.ts": ("-c:v", "libx264", "-c:a", "mp2"),
    "v.gif": (),
    "v.flv": ("-c:v", "flv", "-ar", "44100"),
    "v.wmv": (
        "-c:v",
        "wmv2",
    ),
}


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    source = folder / "source.mkv"
    frames = [numbered(k, (96, 64)) for k in range(12)]
    write_clip(source, frames, codec="ffv1", pix_fmt="yuv420p", audio=tone(0.48), audio_codec="pcm_s16le")
    for name, arguments in VIDEOS.items():
        run_recipe("-i", source, *arguments, folder / name)
    return {name: (folder / name).read_bytes() for name in VIDEOS}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("pictures")
    image = Image.fromarray(bars((80, 48)))
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in ("p.png", "p.jpg", "p.webp", "p.tif", "p.bmp", "p.gif", "p.ppm", "p.tga", "p.jp2", "p.avif"):
        more: dict[str, Any] = {"exif": exif} if name in ("p.png", "p.jpg", "p.webp") else {}
        image.save(folder / name, **more)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def damaged(wholes: dict[str, bytes], folder: Path, count: int, seed: int) -> list[Path]:
    """`count` files of each kind."""
    dice = random.Random(seed)  # noqa: S311  (nothing secret)
    made = []
    for name, whole in wholes.items():
        for number, data in enumerate(mutations(whole, dice, count)):
            made.append(folder / f"{number}{name}")
            made[-1].write_bytes(data)
    return made


def test_damaged_videos_end_in_our_errors(videos: dict[str, bytes], tmp_path: Path) -> None:
    told = read_all(damaged(videos, tmp_path, 8, seed=1))
    assert any(told.values())
    assert not all(told.values())


def test_damaged_pictures_end_in_our_errors(pictures: dict[str, bytes], tmp_path: Path) -> None:
    told = read_all(damaged(pictures, tmp_path, 12, seed=2))
    assert any(told.values())
    assert not all(told.values())


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3])
def test_many_damaged_files_end_in_our_errors(
    seed: int, videos: dict[str, bytes], pictures: dict[str, bytes], tmp_path: Path
) -> None:
    read_all(damaged(videos, tmp_path, 24, seed) + damaged(pictures, tmp_path, 40, seed))


# -- bombs ---------------------------------------------------------------------------------------------------------


def _png_header(width: int, height: int) -> bytes:
    """A PNG of that size that holds next to nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    parts = [(b"IHDR", head), (b"IDAT", body), (b"IEND", b"")]
    chunks = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _png_bomb(path: Path) -> None:
    path.write_bytes(_png_header(60000, 60000))


def _png_long(path: Path) -> None:
    path.write_bytes(_png_header(17000, 10))


def _png_text(path: Path) -> None:
    """A comment that unpacks to 50 MB."""
    text = b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 50_000_000, 1)
    whole = _png_header(64, 64)
    chunk = struct.pack(">I", len(text[1])) + text[0] + text[1] + struct.pack(">I", zlib.crc32(text[0] + text[1]))
    path.write_bytes(whole[:33] + chunk + whole[33:])


def _gif_bomb(path: Path) -> None:
    path.write_bytes(b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b"," + b"\0" * 9 + b"\x02\x02D\x01\0;")


def _video_bomb(path: Path) -> None:
    """An AVI whose header promises 60000 pixels a side."""
    write_clip(path.with_suffix(".small.avi"), [numbered(0, (96, 64))] * 3, codec="mjpeg", pix_fmt="yuvj420p")
    data = path.with_suffix(".small.avi").read_bytes()
    path.write_bytes(data.replace(struct.pack("<II", 96, 64), struct.pack("<II", 60000, 60000)))


def test_bombs_are_refused_before_they_go_off(tmp_path: Path) -> None:
    makers = {"side.png": _png_bomb, "long.png": _png_long, "text.png": _png_text, "b.gif": _gif_bomb}
    for name, make in makers.items():
        make(tmp_path / name)
    told = read_all([tmp_path / name for name in makers], memory=GIGABYTE // 4)
    assert all(told.values()), told
    assert "larger than 200 megapixels" in str(told[str(tmp_path / "side.png")])


def test_a_size_that_only_the_header_promises_costs_nothing(tmp_path: Path) -> None:
    _video_bomb(tmp_path / "b.avi")
    read_all([tmp_path / "b.avi"], memory=GIGABYTE // 4)


# -- files that name other files -----------------------------------------------------------------------------------


def _reference_movie(url: bytes) -> bytes:
    """QuickTime: a movie that is only a pointer to another (rmra/rmda/rdrf)."""

    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body) + 8) + kind + body

    pointer = box(b"rdrf", b"\0\0\0\0url " + struct.pack(">I", len(url) + 1) + url + b"\0")
    return box(b"ftyp", b"qt  \0\0\0\0qt  ") + box(b"moov", box(b"rmra", box(b"rmda", pointer)))


def _outside_data(folder: Path, url: bytes) -> bytes:
    """QuickTime: a movie whose samples lie in another file (dref)."""
    whole = write_clip(folder / "plain.mov", [numbered(0, (96, 64))] * 5, codec="mpeg4").read_bytes()
    old = struct.pack(">I4sI", 12, b"url ", 1)
    assert old in whole
    alias = struct.pack(">I4sI", 12, b"url ", 0)
    return whole.replace(old, alias) + url


def _texts(url: str) -> dict[str, str]:
    """Playlists of every kind that ffmpeg follows when nobody stops it."""
    return {
        "hls.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{url}\n#EXT-X-ENDLIST\n",
        "concat.mkv": f"ffconcat version 1.0\nfile '{url}'\n",
        "dash.mp4": f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>'
        f"<BaseURL>{url}</BaseURL></Period></MPD>",
        "sdp.mov": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\na=control:{url}\n"
        "m=video 9 RTP/AVP 96\n",
        "asx.wmv": f'<asx version="3.0"><entry><ref href="{url}"/></entry></asx>',
        "ref.wmv": f"[Reference]\nRef1={url}\n",
        "pls.mp3": f"[playlist]\nFile1={url}\nNumberOfEntries=1\n",
        "vector.png": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}" width="9" height="9"/></svg>',
    }


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_nothing_that_a_file_names_is_opened(scheme: str, tmp_path: Path) -> None:
    """The address is one that counts its callers; the file is a pipe, and whoever opens that waits for ever."""
    os.mkfifo(tmp_path / "secret.ts")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        url = f"http://127.0.0.1:{port}/secret.ts" if scheme == "http" else f"file://{tmp_path}/secret.ts"
        playlists = [tmp_path / name for name in _texts(url)]
        for path, text in zip(playlists, _texts(url).values(), strict=True):
            path.write_text(text)
        (tmp_path / "pointer.mov").write_bytes(_reference_movie(url.encode()))
        (tmp_path / "outside.mov").write_bytes(_outside_data(tmp_path, url.encode()))
        told = read_all([*playlists, tmp_path / "pointer.mov", tmp_path / "outside.mov"])
        assert all(told[str(path)] for path in playlists), told
        server.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody has called
            server.accept()
