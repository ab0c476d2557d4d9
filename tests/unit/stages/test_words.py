"""Text in the picture: on the right frames, in fonts that have its characters, whatever the text tries."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pysubs2
import pytest
from numpy.typing import NDArray

from compositing.text_overlay import Layer, Overlay, changes
from foundation.errors import InputError
from media.text.fonts import packaged_fonts, read_fonts
from media.text.style import LyricsStyle, TitleText
from pipeline.manifest.parts.words import Lyrics, Title
from stages.artifacts import File, Scripts
from stages.contracts.subtitles import Facts, Inputs, Settings, SungLine
from stages.sources import subtitles

SIZE, FPS = (320, 180), Fraction(25)


def fonts() -> dict[str, Path]:
    return {f"{kind}{n}": path for kind, paths in packaged_fonts().items() for n, path in enumerate(paths)}


def inputs(lyrics: Path | None = None, own: Path | None = None) -> Inputs:
    found = fonts() | ({} if own is None else {"own": own})
    files = {name: File.at(path) for name, path in found.items()}
    return Inputs(lyrics=None if lyrics is None else File.at(lyrics), fonts=files)


def settings(*titles: dict[str, Any], **changes: Any) -> Settings:
    usual: dict[str, Any] = {"position": "middle", "size": 0.2, "margin": 0.0, "color": "#ff0000", "fade": 0}
    usually = Settings(
        size=SIZE,
        performers=("ann",),
        format=".lrc",
        offset=Fraction(0),
        style=LyricsStyle(**Lyrics(file="x").model_dump(mode="json", exclude={"file", "offset"})),
        titles=tuple(TitleText(**usual | title) for title in titles),
    )
    return replace(usually, **changes)


def made(folder: Path, given: Inputs, how: Settings | None = None) -> Facts:
    out = folder / "out"
    out.mkdir()
    return subtitles.run(how or settings(), given, out, lambda done, total: None)


def layers(folder: Path, facts: Facts, frames: int) -> list[Layer | None]:
    needed = [path for name, path in fonts().items() if name in facts.fonts]
    with Overlay([Scripts.at(folder / "out").file], needed, size=SIZE, fps=FPS, frames=frames) as overlay:
        return [overlay.layer(number) for number in range(frames)]


def lyrics(folder: Path, text: str, name: str = "song.lrc") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def shown(layer: Layer | None) -> NDArray[np.uint8]:
    assert layer is not None
    frame = np.full((SIZE[1], SIZE[0], 3), 60, np.uint8)
    frame[layer.box.slices] = layer.over(frame)
    return frame


def test_a_line_shows_on_its_frames_and_no_others(tmp_path: Path) -> None:
    song = lyrics(tmp_path, "[00:00.20]Hello\n[00:00.60]\n[00:00.80]你好\n[00:01.00]")
    facts = made(tmp_path, inputs(lyrics=song))
    found = layers(tmp_path, facts, 30)
    assert [number for number, layer in enumerate(found) if layer] == [*range(5, 15), *range(20, 25)]
    assert facts.fonts == ("cjk0",)  # one font has it all
    frame = shown(found[7])
    assert (frame[:120] == 60).all()  # at the bottom, and nowhere else
    assert frame.max() > 200
    assert found[7] is found[8]  # what does not change is drawn once
    assert np.abs(shown(found[7]).astype(int) - shown(found[22])).max() > 100


@pytest.mark.parametrize("position", ["bottom", "middle", "top"])
def test_lines_of_one_time_stand_above_one_another_in_their_order(tmp_path: Path, position: str) -> None:
    song = lyrics(tmp_path, "[00:00]I\n[00:00]MMMMMMMM\n[00:01]")
    how = settings(style=replace(settings().style, position=position))
    frame = shown(layers(tmp_path, made(tmp_path, inputs(lyrics=song), how), 5)[4])
    widths = [np.ptp(np.flatnonzero(row)) for row in np.any(frame > 200, axis=2) if row.any()]
    assert max(widths[:5]) < 20  # the narrow one on top
    assert max(widths[-5:]) > 60


def test_words_fill_with_colour_as_they_are_sung(tmp_path: Path) -> None:
    song = lyrics(tmp_path, "[00:00.00]<00:00.00>MMMM<00:00.50>WWWW<00:01.00>")
    found = layers(tmp_path, made(tmp_path, inputs(lyrics=song)), 25)

    def gold(number: int) -> NDArray[np.intp]:
        pixels = shown(found[number]).astype(int)
        return np.unique(np.nonzero((pixels[:, :, 0] > 230) & (pixels[:, :, 2] < 100))[1])

    layer = found[24]
    assert layer is not None
    width, left = layer.box.width, layer.box.x0
    ends = [int(gold(number).max()) for number in (6, 12, 18, 24)]
    assert ends == sorted(ends)
    assert abs(ends[1] - left - 0.47 * width) < 0.08 * width  # half of the time: the first of two words
    assert gold(6).min() < left + 0.1 * width


def test_text_cannot_command_the_renderer(tmp_path: Path) -> None:
    song = lyrics(tmp_path, "[00:00.00]{\\pos(0,0)\\fs200}A\\NB\n[00:00.50]A")
    facts = made(tmp_path, inputs(lyrics=song))
    layer = layers(tmp_path, facts, 20)[0]
    assert layer is not None
    assert layer.box.y0 > 120
    assert layer.box.width > 100  # braces, backslashes and all are simply written


def test_text_is_drawn_whatever_the_temporary_folder_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = tmp_path / 'it\'s, [a] "quoted"; 50%: folder'
    odd.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(odd))
    facts = made(tmp_path, inputs(lyrics=lyrics(tmp_path, "[00:00]Hello\n[00:01]")))
    assert layers(tmp_path, facts, 5)[2] is not None


def test_titles_stand_where_they_should_and_fade(tmp_path: Path) -> None:
    how = settings({"text": "TITLE", "start": 0, "end": 1000, "fade": 400})
    found = layers(tmp_path, made(tmp_path, inputs(), how), 30)
    reds = [int(shown(layer)[:, :, 0].max()) if layer else 60 for layer in found]
    assert reds[0] < 100 < reds[5] < 245
    assert reds[12] > 245
    assert reds[24] < 100
    assert found[25:] == [None] * 5
    layer = found[12]
    assert layer is not None
    assert abs((layer.box.y0 + layer.box.y1) / 2 - 90) < 8
    assert abs((layer.box.x0 + layer.box.x1) / 2 - 160) < 4


def test_long_lines_are_broken_in_both_scripts(tmp_path: Path) -> None:
    song = lyrics(tmp_path, f"[00:00]{'歌' * 40}\n[00:01]{'word ' * 20}\n[00:02]")
    found = layers(tmp_path, made(tmp_path, inputs(lyrics=song)), 50)
    for layer in (found[5], found[30]):
        assert layer is not None
        assert layer.box.x0 > 5
        assert layer.box.x1 < 315
        assert layer.box.height > 20


def test_missing_glyphs_are_named_with_their_line(tmp_path: Path) -> None:
    song = lyrics(tmp_path, "[00:00]fine\n[00:01.50]ann: sun \U00013000")
    with pytest.raises(InputError, match=r"no font has . \(U\+13000\), in the line at 1\.50 s"):
        made(tmp_path, inputs(lyrics=song))
    song = lyrics(tmp_path, "[00:00]你好")
    latin = {name: File.at(path) for name, path in fonts().items() if "cjk" not in name}
    with pytest.raises(InputError, match=r"no font has 你 .*pip install noto-cjk-sans-otc"):
        subtitles.run(settings(), Inputs(lyrics=File.at(song), fonts=latin), tmp_path, lambda done, total: None)


def test_the_users_font_is_used_and_what_it_lacks_comes_from_others(tmp_path: Path) -> None:
    mono = packaged_fonts()["latin"][0].with_name("DejaVuSansMono.ttf")
    song = lyrics(tmp_path, "[00:00]Wide 歌")
    facts = made(tmp_path, inputs(lyrics=song, own=mono))
    assert facts.fonts == ("own", "cjk0")
    text = (tmp_path / "out" / Scripts.NAME).read_text(encoding="utf-8")
    assert "DejaVu Sans Mono" in text
    assert "{\\fnNoto Sans CJK SC}歌" in text
    with pytest.raises(InputError, match="is no font that can be read"):
        read_fonts(song)


def test_japanese_takes_japanese_forms(tmp_path: Path) -> None:
    made(tmp_path, inputs(lyrics=lyrics(tmp_path, "[00:00]歌う")))
    assert "Noto Sans CJK JP" in (tmp_path / "out" / Scripts.NAME).read_text(encoding="utf-8")


def test_a_script_of_the_users_needs_its_fonts(tmp_path: Path) -> None:
    script = pysubs2.SSAFile()
    script.styles["Default"].fontname = "Comic Sans MS"
    script.append(pysubs2.SSAEvent(0, 1000, "{\\fnDejaVu Sans}Hi {\\fnPapyrus}there"))
    song = tmp_path / "song.ass"
    script.save(str(song))
    with pytest.raises(InputError, match="a font that is not here: Comic Sans MS, Papyrus"):
        made(tmp_path, inputs(lyrics=song), settings(format=".ass"))
    mono = packaged_fonts()["latin"][0].with_name("DejaVuSansMono.ttf")
    folder = tmp_path / "again"
    folder.mkdir()
    facts = made(folder, inputs(lyrics=song, own=mono), settings(format=".ass"))
    assert facts.fonts[0] == "own"
    assert "Papyrus" not in (folder / "out" / Scripts.NAME).read_text(encoding="utf-8")
    script.styles["Default"].fontname = "DejaVu Sans"
    script[0].text = "Hi 歌"
    script.save(str(song))
    with pytest.raises(InputError, match=r"no font has 歌 .* in the line at 0\.00 s \(font DejaVu Sans\)"):
        subtitles.run(settings(format=".ass"), inputs(lyrics=song), tmp_path, lambda done, total: None)


def test_only_what_moves_is_drawn_again() -> None:
    events = [
        pysubs2.SSAEvent(0, 400, "still"),
        pysubs2.SSAEvent(200, 600, "also still"),
        pysubs2.SSAEvent(1000, 1120, r"{\kf10}moves"),
        pysubs2.SSAEvent(9000, 9900, "late"),
    ]
    assert changes(events, FPS, 40) == [
        (0, True),
        (5, True),
        (10, True),
        (15, False),
        (25, True),
        (26, True),
        (27, True),
        (28, False),
    ]


def test_what_is_written_last_and_who_sings_is_told(tmp_path: Path) -> None:
    song = lyrics(tmp_path, "[00:01]ann: Hello\n[00:02]then")
    facts = made(tmp_path, inputs(lyrics=song), settings(offset=Fraction(1, 2)))
    assert facts.singers == (SungLine(start=1500, end=2500, singers=("ann",)),)
    assert (facts.lines, facts.last) == (2, 2500)


def test_titles_and_lyrics_have_bounds() -> None:
    with pytest.raises(ValueError, match="end"):
        Title.model_validate({"text": "x", "start": "2", "end": "1"})


def test_no_letter_leaves_the_frame(tmp_path: Path) -> None:
    word = "Rindfleischetikettierungs\u00fcberwachungsaufgaben\u00fcbertragungsgesetz"
    song = lyrics(tmp_path, f"[00:00]{word}\n[00:01]<00:01>{word} <00:01.5>{word}\n[00:02]{'la la la ' * 90}\n[00:03]")
    title = {"text": "UNBELIEVABLE", "start": 0, "end": 1000, "position": "top", "size": 0.5, "margin": 0.05}
    found = layers(tmp_path, made(tmp_path, inputs(lyrics=song), settings(title)), 75)
    for number in (10, 40, 60):
        frame = shown(found[number]).astype(int)
        edge = np.ones(frame.shape[:2], bool)
        edge[2:-2, 5:-5] = False
        assert (frame[edge] == 60).all()
    script = (tmp_path / "out" / Scripts.NAME).read_text(encoding="utf-8")
    assert script.replace("\u200b", "").count(word) == 3  # broken, and nothing of it lost


@pytest.mark.parametrize("position", ["bottom", "middle", "top"])
@pytest.mark.parametrize("begins", [0, 400])
def test_titles_and_lyrics_never_lie_on_each_other(tmp_path: Path, position: str, begins: int) -> None:
    song = lyrics(tmp_path, "[00:00.20]I sing a line of usual length\n[00:01]")
    style = replace(settings().style, position=position, color="#00ff00")
    how = settings(
        {"text": "Title here", "start": begins, "end": 1000, "position": position, "margin": 0.05}, style=style
    )
    frame = shown(layers(tmp_path, made(tmp_path, inputs(lyrics=song), how), 25)[15]).astype(int)
    red = np.flatnonzero((frame[:, :, 0] - frame[:, :, 1] > 120).any(axis=1))
    green = np.flatnonzero((frame[:, :, 1] - frame[:, :, 0] > 120).any(axis=1))
    assert len(red) > 5
    assert len(green) > 5
    assert red.max() < green.min() or green.max() < red.min()


def test_titles_stand_beside_the_lines_of_a_script_of_the_users(tmp_path: Path) -> None:
    script = pysubs2.SSAFile()
    script.info |= {"PlayResX": "640", "PlayResY": "360"}
    script.styles["Default"].fontname, script.styles["Default"].fontsize = "DejaVu Sans", 40
    script.append(pysubs2.SSAEvent(0, 1000, "a line"))
    script.save(str(tmp_path / "song.ass"))
    how = settings({"text": "TITLE", "start": 0, "end": 1000, "position": "bottom", "margin": 0.05}, format=".ass")
    facts = made(tmp_path, inputs(lyrics=tmp_path / "song.ass"), how)
    frame = shown(layers(tmp_path, facts, 10)[5]).astype(int)
    red = np.flatnonzero((frame[:, :, 0] - frame[:, :, 1] > 120).any(axis=1))
    white = np.flatnonzero((frame.min(axis=2) > 220).any(axis=1))
    assert 20 < np.ptp(red) < 40  # as tall as in pixels of the frame
    assert red.max() < white.min() or white.max() < red.min()


@pytest.mark.parametrize("start", [6, 12, 18, 24])
def test_text_stands_where_it_stood_wherever_a_piece_begins(tmp_path: Path, start: int) -> None:
    """A line that moved away from another stays there when that one is gone, in a piece that begins later, too."""
    cues = [("0,000", "0,400", "one"), ("0,200", "0,700", "two"), ("0,600", "1,100", "three"), ("0,800", "1,200", "4")]
    text = "".join(f"{n}\n00:00:0{a} --> 00:00:0{b}\n{word}\n\n" for n, (a, b, word) in enumerate(cues, 1))
    facts = made(tmp_path, inputs(lyrics=lyrics(tmp_path, text, "song.srt")), settings(format=".srt"))
    whole = layers(tmp_path, facts, 32)
    needed = [path for name, path in fonts().items() if name in facts.fonts]
    script = Scripts.at(tmp_path / "out").file
    with Overlay([script], needed, size=SIZE, fps=FPS, frames=32, start=start) as overlay:
        for number in range(start, 32):
            found, there = overlay.layer(number), whole[number]
            assert (found is None) == (there is None)
            assert found is None or there is None or np.array_equal(shown(found), shown(there))


@pytest.mark.parametrize(
    ("character", "cure"),
    [
        ("\u0928", "NotoSansDevanagari-Regular.ttf, of Debian's and Ubuntu's fonts-noto-core"),
        ("\u0e01", "NotoSansThai-Regular.ttf"),
        ("\U0001f3a4", "Symbola.ttf, of Debian's and Ubuntu's fonts-symbola"),
    ],
)
def test_the_cure_for_a_missing_glyph_names_what_has_it(tmp_path: Path, character: str, cure: str) -> None:
    with pytest.raises(InputError, match="no font has") as caught:
        made(tmp_path, inputs(lyrics=lyrics(tmp_path, f"[00:00]{character}")))
    assert cure in str(caught.value)


def test_italics_take_the_italic_font(tmp_path: Path) -> None:
    script = pysubs2.SSAFile()
    script.styles["Default"].fontname = "DejaVu Sans"
    script.append(pysubs2.SSAEvent(0, 1000, r"{\i1}slanted"))
    script.save(str(tmp_path / "song.ass"))
    facts = made(tmp_path, inputs(lyrics=tmp_path / "song.ass"), settings(format=".ass"))
    assert {"latin0", "latin1", "slanted0", "slanted1"} <= set(facts.fonts)
    drawn = shown(layers(tmp_path, facts, 2)[1])
    without = replace(facts, fonts=tuple(name for name in facts.fonts if not name.startswith("slanted")))
    assert np.abs(drawn.astype(int) - shown(layers(tmp_path, without, 2)[1])).max() > 60  # not an upright one, tilted
