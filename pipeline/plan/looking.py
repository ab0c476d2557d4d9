"""Looking at faces, as plans ask for it."""

from __future__ import annotations

from landmarks import BACKENDS, DEFAULT, check_backend
from media.files.info import VideoInfo
from stages.contracts.faces import Following
from stages.contracts.shared import Backend


def backend_use(name: str = DEFAULT) -> Backend:
    """The backend of that name.

    Raises:
        InputError: it needs a library that is not installed.
    """
    check_backend(name)
    return Backend(name=name, version=BACKENDS[name].version)


def whole_clip(video: VideoInfo, *, tolerant: bool) -> Following:
    """A clip from its first frame to its last, as one shot, however long the face is lost in between.

    Args:
        tolerant: use what decodes of a damaged file.
    """
    return Following(
        start=video.start,
        stop=None,
        max_gap_frames=video.frames,
        expected_frames=video.frames,
        tolerant=tolerant,
        on_scene_cut="ignore",
        on_face_lost="hold",
    )
