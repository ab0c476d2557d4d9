"""Who performs: a portrait, a clip that it follows, and how."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from foundation.face_choice import FaceChoice
from foundation.part import Part
from foundation.subject import Square, Subject
from pipeline.manifest.engine_sections import EngineName, OfPerformer
from pipeline.manifest.fields import FaceSelect, Reference, Seconds, SquareField
from pipeline.manifest.parts.driving import Driving, DrivingField
from pipeline.manifest.parts.scenes import OwnBackground
from pipeline.manifest.parts.singing import Singing

FILE_TAG, FRAME_TAG = "<file>", "<frame>"
Gain = Annotated[float, Field(ge=0, le=2)]


class FrameOf(Part):
    """A frame of a video as the portrait."""

    frame_of: str
    """A video."""
    at: Seconds = Field(default=0, validate_default=True)
    """When the frame is shown, in seconds."""


PortraitSource = Annotated[
    Annotated[str, Tag(FILE_TAG)] | Annotated[FrameOf, Tag(FRAME_TAG)],
    Discriminator(lambda value: FRAME_TAG if isinstance(value, dict | FrameOf) else FILE_TAG),
]


class Motion(Part):
    """How much of the driver's movement the portrait takes."""

    mode: Literal["relative", "absolute"] = "relative"
    """Relative to the driver's neutral face, or absolute."""
    reference: Reference = "best"
    """The driving frame that counts as neutral, by a rule or by its number."""
    head: Gain = 1.0
    """How much of the head's turning is taken."""
    expression: Gain = 1.0
    """How much of brows, cheeks and lips."""
    mouth: Gain = 1.0
    """How much of the mouth's opening."""
    smoothing: Gain = 0.5
    """Standard deviation of the Gaussian that smooths the motion, in frames."""
    listening: Annotated[float, Field(ge=0, le=1)] = 0.35
    """How much of head and face is taken while others sing; the mouth is shut then."""


class Composite(Part):
    """How the moving region goes back into the picture."""

    into: Literal["portrait", "crop"] = "portrait"
    """The whole picture, or the crop around the face alone."""
    feather: Annotated[float, Field(ge=0, le=1)] = 0.16
    """Width of the blend at the moving region's edge, in face heights."""
    match_color: bool = True
    """Give what is pasted the colours that the portrait has there."""
    match_grain: bool = True
    """Give a network's smooth picture the grain of the portrait."""
    in_front: str | None = None
    """A picture as large as the portrait, transparent wherever the face is to be seen, that stays in front of it: a
    microphone, a hand, a veil."""
    matte: Literal["auto", "none"] = "auto"
    """Whether the person is told from what is behind, which then stays: wherever that can be relied on, or not at all,
    for a portrait in which a wall is taken for hair, or hair for a wall."""
    background: OwnBackground | None = None
    """What the person stands before, cut out of the portrait: `none` (what is behind the scene, or nothing), `blur`
    (the portrait's own, blurred), a colour such as "#101418", a picture or a video; without it, the portrait's own."""
    passes: Annotated[list[Literal["matte", "difference"]], Field(max_length=2)] = Field(default=[])
    """What is written beside the result for other compositing programs."""

    @model_validator(mode="after")
    def _has_a_portrait(self) -> Composite:
        if self.passes and self.into == "crop":
            raise ValueError("passes show what is put into the portrait: remove them, or into: crop")
        if self.in_front is not None and self.into == "crop":
            raise ValueError("in_front lies over the whole portrait: remove it, or into: crop")
        if self.background is not None and self.into == "crop":
            raise ValueError("background is what the whole portrait stands before: remove it, or into: crop")
        if self.background is not None and self.matte == "none":
            raise ValueError("background stands behind the person that a matte cuts out: remove it, or matte: none")
        return self


class _Performer(Part):
    portrait: PortraitSource
    """A picture; of a video, every frame (a moving plate), or one of them."""
    subject: Subject = "face"
    """What moves: a face, which is looked for, or a square of the picture, whole: a body, an animal, a drawing."""
    crop: SquareField | None = None
    """With `subject: whole`, the square that moves: all of the picture (whole, as without it), or
    {at: [x, y], size: N}, its middle and its side in pixels."""
    face: FaceSelect = FaceChoice()
    """Which of several faces, counted from 0 at the largest, or at a place in pixels."""
    driving: DrivingField | None = None
    """The clip that the portrait follows, or its file's name alone; needed, unless it sings from words."""
    singing: Singing | None = None
    """A song and its words, which it sings without a clip: instead of `driving`."""
    engine: EngineName | None = None
    """What animates this portrait; without it, what `defaults` say."""
    motion: Motion = Motion()
    """How much of the driver's movement is taken."""
    composite: Composite = Composite()
    """How the moving region goes back into the picture."""

    @property
    def square(self) -> Square | None:
        """What of the portrait is moved whole; None: a face is."""
        return None if self.subject == "face" else self.crop or Square()

    @property
    def clip(self) -> Driving | None:
        """The clip that is followed: in all of it, or, by somebody who sings from words, in all but the mouth."""
        return self.driving if self.singing is None else self.singing.performance


class Performer(OfPerformer, _Performer):
    """One portrait that sings."""
