"""The frames that are kept as golden ones: what each shows, how it is made, and whose version speaks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import cv2
import numpy as np

import stages.contracts.composite
import stages.contracts.crop
import stages.contracts.edit
import stages.contracts.subtitles
from compositing.backdrop import plain
from compositing.behind import with_halo, without_person
from compositing.style import PasteStyle
from compositing.text_overlay import Overlay
from engines import ENGINES, load_engine
from engines.base import Own, Taking
from engines.neural.section import Arithmetic
from face.mattes import person_matte
from foundation.facetrack import Face, FaceTrack, still
from foundation.geometry import Image
from foundation.layout import Inset
from foundation.npy import Blocks
from foundation.person import Person
from foundation.schemes import MEDIAPIPE_478
from foundation.times import FrameRange
from media.ffmpeg.codecs import Encode
from media.image.images import read_image
from media.samples import sample_path
from media.text.fonts import packaged_fonts
from media.text.style import LyricsStyle, TitleText
from media.video.reader import read_frames
from media.video.writer import FrameWriter
from stages.artifacts import FRAMES as VIDEO
from stages.artifacts import File, Frames, Media, Scripts
from stages.compositing import composite
from stages.contracts.edit import Act, Background, Passage, PlannedScene
from stages.contracts.shared import EngineUse
from stages.crops import Crop
from stages.delivery import edit
from stages.findings import Track
from stages.portrait import crop
from stages.sources import subtitles
from tests.animated import carphone_frames, cut, driven_by, files_of

FACES = Path(__file__).parent / "faces.npz"
"""As make_faces writes it."""
THINNED = {"liveportrait": (128, 128)}
"""What stand-in weights draw is noise: so large a picture of it is kept smaller."""
FRAMES = 12
FPS = Fraction(25)
SIZE = (320, 180)
LOSSLESS = Encode(container="mkv", codec="ffv1", encoder="ffv1", crf=None)
MOUTH = 9
"""The frame in which the mouth is open widest."""
HEAD = {10: (0, -0.5), 152: (0, 0.5), 234: (-0.35, 0), 454: (0.35, 0), 33: (-0.2, -0.1), 263: (0.2, -0.1)}
"""The landmarks that place a head, in face heights."""
SCENES = (
    PlannedScene(
        range=FrameRange(0, 2),
        layout="side_by_side",
        performers=("whole", "crop"),
        background=Background(blur=True),
        gutter=8,
        margin=10,
    ),
    PlannedScene(
        range=FrameRange(2, 8),
        layout="picture_in_picture",
        performers=("whole", "crop"),
        inset=Inset("bottom_left", 0.4, 0.05),
        passage=Passage(kind="crossfade", frames=5, direction="left"),
    ),
)
LYRICS = "1\n00:00:00,000 --> 00:00:10,000\nA golden line, sung\n"


@dataclass(frozen=True)
class Case:
    """A golden frame.

    Attributes:
        parts: what makes it: "engine tpsmm" or "stage edit".
        make: draws it, given an empty folder.
    """

    parts: tuple[str, ...]
    make: Callable[[Path], Image]


def _silent(done: int, total: int) -> None:
    """Nobody looks at the progress of a test."""


def _faces() -> list[Face]:
    """The astronaut's, and those of the clip's frames."""
    with np.load(FACES, allow_pickle=False) as kept:
        found = zip(kept["points"] / 64.0, kept["blendshapes"].astype(float), kept["pose"].astype(float), strict=True)
        return [Face(points, MEDIAPIPE_478, shapes, pose) for points, shapes, pose in found]


def _animated(name: str, folder: Path, *, cutout: bool = False) -> Image:
    """The astronaut, moved by the widest mouth of the carphone clip. Nobody looks at the result for a second fit.

    Args:
        cutout: what is behind her stays.
    """
    engine, files, (face, *faces) = load_engine(name), files_of(name), _faces()
    options = engine.options()
    if isinstance(options, Arithmetic):
        options = replace(options, precision="fp32")  # the other ones suit the processor
    portrait, frames = cut(read_image(sample_path("astronaut")), face, engine), carphone_frames(FRAMES)
    track = FaceTrack.of(faces, (frames[0].shape[1], frames[0].shape[0]))
    given = engine.prepare(portrait, driven_by(track, frames), Taking(options, files), lambda image: None)
    arrays = {key: array.whole() if isinstance(array, Blocks) else array for key, array in given.items()}
    if cutout:
        moving = with_halo(person_matte(portrait.image, portrait.face).opacity, 108)
        portrait = replace(portrait, person=Person(moving, without_person(portrait.image, moving, 108)))
    picture = engine.open(portrait, arrays, Own(options, files)).render(MOUTH, frames[MOUTH])
    if name not in THINNED:
        return picture
    return np.asarray(cv2.resize(picture, THINNED[name], interpolation=cv2.INTER_AREA), np.uint8)


def _cropped(folder: Path, engine: str) -> Crop:
    """The crop of the astronaut, half as large."""
    points = np.zeros((478, 3))
    for number, place in HEAD.items():
        points[number, :2] = np.array(place) * 108 + (225, 122)
    track, out = folder / "faces", folder / f"crop-{engine}"
    track.mkdir()
    out.mkdir()
    still(Face(points, MEDIAPIPE_478, np.zeros(52), np.eye(4)), (512, 512)).save(track / "track")
    settings = stages.contracts.crop.Settings(engine=EngineUse(name=engine, version=1, crop_size=None), face_limit=72)
    inputs = stages.contracts.crop.Inputs(media=Media.at(sample_path("astronaut")), faces=Track.at(track))
    crop.run(settings, inputs, out, _silent)
    return Crop.at(out)


def _moved(folder: Path, cut: Crop, frames: int) -> Frames:
    """The crop, drifting to the right and ten levels too bright: what a network may do to it."""
    image, out = cut.image(), folder / "moved"
    out.mkdir()
    with FrameWriter(out / VIDEO, size=(image.shape[1], image.shape[0]), fps=FPS) as writer:
        for number in range(frames):
            bright = np.clip(np.roll(image, 2 * number, axis=1).astype(int) + 10, 0, 255)
            writer.write(bright.astype(np.uint8))
    return Frames.at(out)


def _pasted(engine: str, folder: Path) -> Image:
    cut, out = _cropped(folder, engine), folder / "out"
    out.mkdir()
    settings = stages.contracts.composite.Settings(
        range=FrameRange(0, 3), fps=FPS, style=PasteStyle(0.16, match_color=True, match_grain=True)
    )
    inputs = stages.contracts.composite.Inputs(crop=cut, moved=_moved(folder, cut, 3))
    composite.run(settings, inputs, out, _silent)
    return list(read_frames(Frames.at(out).video))[2]


def _scripts(folder: Path) -> tuple[Scripts, dict[str, File]]:
    """A title and a line of lyrics, and their fonts."""
    fonts = {f"{name}{n}": File.at(path) for name, paths in packaged_fonts().items() for n, path in enumerate(paths)}
    (folder / "lyrics.srt").write_text(LYRICS, encoding="utf-8")
    out = folder / "scripts"
    out.mkdir()
    title = TitleText(
        text="Ünravel · 蒙娜丽莎", start=0, end=10_000, fade=0, position="top", size=0.13, margin=0.05, color="#ffd060"
    )
    settings = stages.contracts.subtitles.Settings(
        size=SIZE,
        performers=("astronaut",),
        format=".srt",
        offset=Fraction(0),
        style=LyricsStyle(position="bottom", size=0.1, margin=0.05, color="#ffffff", sung="#40c0ff"),
        titles=(title,),
    )
    inputs = stages.contracts.subtitles.Inputs(lyrics=File.at(folder / "lyrics.srt"), fonts=fonts)
    facts = subtitles.run(settings, inputs, out, _silent)
    return Scripts.at(out), {name: fonts[name] for name in facts.fonts}


def _edited(folder: Path) -> Image:
    """In the middle of a crossfade from two panels on a blurred backdrop to a picture in a picture, with text."""
    out = folder / "edited"
    out.mkdir()
    cut = _cropped(folder, "landmark_tps")
    moved, (scripts, fonts) = _moved(folder, cut, 8), _scripts(folder)
    acts = (
        Act(name="whole", frames=8, into="portrait", chunks=(0,)),
        Act(name="crop", frames=8, into="crop", chunks=(0,)),
    )
    settings = stages.contracts.edit.Settings(
        fps=FPS, piece=FrameRange(0, 8), size=SIZE, video=LOSSLESS, acts=acts, scenes=SCENES
    )
    inputs = stages.contracts.edit.Inputs(crops=(cut, cut), chunks=((moved,), (moved,)), scripts=scripts, fonts=fonts)
    edit.run(settings, inputs, out, _silent)
    return list(read_frames(out / "picture.mkv"))[5]


def _text(folder: Path) -> Image:
    """A title and lyrics on one colour."""
    scripts, fonts = _scripts(folder)
    under = plain("#204060", SIZE)
    with Overlay([scripts.file], [font.path for font in fonts.values()], size=SIZE, fps=FPS, frames=8) as overlay:
        layer = overlay.layer(4)
    assert layer
    under[layer.box.slices] = layer.over(under)
    return under


CASES = {
    **{name: Case((f"engine {name}",), partial(_animated, name)) for name in ENGINES},
    "cutout": Case(("engine landmark_tps", "stage matte"), partial(_animated, "landmark_tps", cutout=True)),
    "paste_native": Case(("stage crop", "stage composite"), partial(_pasted, "landmark_tps")),
    "paste_resampled": Case(("stage crop", "stage composite"), partial(_pasted, "tpsmm")),
    "edit": Case(("stage crop", "stage subtitles", "stage edit"), _edited),
    "text": Case(("stage subtitles", "stage edit"), _text),
}
