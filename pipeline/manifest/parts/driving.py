"""A clip that somebody follows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from engines.motion_files import is_motion_file
from foundation.face_choice import FaceChoice
from foundation.part import Part
from foundation.subject import Square
from media.files.numbered import is_pattern
from pipeline.manifest.fields import FaceSelect, Framed, Place, Rate, short_for


class Driving(Part):
    """The clip that a portrait follows."""

    video: str
    """A file, or numbered pictures: clips/shot_%04d.png, with `fps`; for liveportrait also a motion template (.pkl)."""
    fps: Rate | None = None
    """The rate of numbered pictures; a file has its own."""
    face: FaceSelect = FaceChoice()
    """Which of several faces."""
    start: Place = Field(default=0, validate_default=True)
    """Where the performance begins: seconds, a time, a timecode or a frame's number."""
    end: Place | None = None
    """Where it ends; without it, with the clip."""
    to_sound: Literal["cut", "hold", "loop", "mirror", "stretch"] | None = None
    """How a clip is brought to the length of the sound; without it, the picture decides."""
    steady_light: bool = False
    """Level out changes of exposure and white balance."""
    allow_truncated: bool = False
    """Use what decodes of a damaged file instead of refusing it."""
    on_scene_cut: Literal["split", "hold", "error"] = "split"
    """Each shot a performance of its own | follow the first shot with the face, then rest | refuse the clip."""
    on_face_lost: Literal["hold", "error"] = "hold"
    """Where the face is away for longer than half a second: rest until it is back | refuse the clip."""
    crop: Framed | None = None
    """What the engine is shown of the clip: a square around the face that stands still in each shot (fixed, as without
    it) or goes along (following); with `subject: whole`, all of it (whole, as without it), or {at: [x, y], size: N}."""

    @property
    def is_motion_file(self) -> bool:
        """Whether it is no clip, but a file of a driver's motion."""
        return is_motion_file(self.video)

    @property
    def square(self) -> Square:
        """What is shown of it, where the subject is moved whole."""
        return self.crop if isinstance(self.crop, Square) else Square()

    @model_validator(mode="after")
    def _has_length(self) -> Driving:
        start, end = self.start.seconds, self.end.seconds if self.end else None
        if start is not None and end is not None and end <= start:
            raise ValueError(f"end ({float(end):g}) must be later than start ({float(start):g})")
        if self.fps is not None and not is_pattern(self.video):
            raise ValueError("fps is for numbered pictures, such as shot_%04d.png; a video has a rate of its own")
        return self


DrivingField = Annotated[Driving, short_for("video", Driving)]
"""A file's name stands for the whole of its clip."""
