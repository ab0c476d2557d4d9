"""Makes face/face_model.npz: the tessellation and what the mouth's expressions do to a face.

    python -m bench._face_model OUT.npz CLIP [CLIP ...]

The basis is a ridge regression of landmark motion, pose removed, on MediaPipe's blendshapes, pooled over clips. The
tessellation comes from MediaPipe's package: requirements-mediapipe.txt.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face.canonical import Frame, Poses
from foundation.facetrack import FaceTrack

EXPRESSIONS = {
    "jawOpen": (25,),
    "mouthFunnel": (32,),
    "mouthLowerDown": (34, 35),
    "mouthPucker": (38,),
    "mouthSmile": (44, 45),
    "mouthStretch": (46, 47),
    "mouthUpperUp": (48, 49),
}
"""Blendshapes of MediaPipe's list; left and right count as one, the mean of both."""
RIDGE = 0.5


def tessellation() -> NDArray[np.int16]:
    """MediaPipe lists three edges a triangle, one after the other."""
    from mediapipe.tasks.python.vision import FaceLandmarksConnections

    edges = FaceLandmarksConnections.FACE_LANDMARKS_TESSELATION
    triples = [edges[i : i + 3] for i in range(0, len(edges), 3)]
    triangles = [sorted({corner for edge in triple for corner in (edge.start, edge.end)}) for triple in triples]
    if any(len(corners) != 3 for corners in triangles):
        raise ValueError("the tessellation is no longer a list of triangles")
    return np.array(triangles, np.int16)


def observations(track: FaceTrack) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Blendshapes (N, E) and shapes (N, 478 * 3) in face heights, each less the clip's mean."""
    scores = np.stack([track.blendshapes[:, list(rows)].mean(axis=1) for rows in EXPRESSIONS.values()], axis=1)
    reference = track.face(int(np.argmin(scores.sum(axis=1))))
    points = np.asarray(track.points, np.float64)
    poses = Poses.between(points, reference.points)
    shapes = Frame.of(reference).canonical(poses.remove(points, slice(None)))
    flat = shapes.reshape(len(shapes), -1)
    return scores - scores.mean(axis=0), flat - flat.mean(axis=0)


def fit(tracks: list[FaceTrack]) -> dict[str, NDArray[Any]]:
    """The arrays of the face model."""
    pairs = [observations(track) for track in tracks]
    scores = np.concatenate([pair[0] for pair in pairs])
    shapes = np.concatenate([pair[1] for pair in pairs])
    gram = scores.T @ scores + RIDGE * np.eye(scores.shape[1])
    basis = np.linalg.solve(gram, scores.T @ shapes).reshape(len(EXPRESSIONS), -1, 3)
    return {
        "triangles": tessellation(),
        "expressions": np.array([(rows[0], rows[-1]) for rows in EXPRESSIONS.values()], np.int16),
        "basis": basis.astype(np.float16),
    }


def track_of(path: Path) -> FaceTrack:
    """The face in every frame of a clip that shows one."""
    from landmarks import load_backend
    from media.video.reader import VideoReader

    faces = []
    with load_backend() as backend, VideoReader(path) as reader:
        for seconds, frame in reader:
            faces += backend.follow(frame, float(seconds), 1)
    return FaceTrack(
        np.stack([face.points for face in faces]),
        np.ones(len(faces), bool),
        np.stack([face.blendshapes for face in faces]),
        np.stack([face.pose for face in faces]),
        faces[0].scheme,
        (0, 0),
    )


if __name__ == "__main__":
    out, *clips = (Path(argument) for argument in sys.argv[1:])
    np.savez_compressed(out, allow_pickle=False, **fit([track_of(clip) for clip in clips]))
