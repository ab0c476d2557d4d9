"""Whether a config's network moves faces, or whole pictures: bodies, clothes, drawings. No NumPy, no PyTorch."""

from __future__ import annotations

import re
from pathlib import Path

from engines.about import Lacking
from foundation.codec import Json
from foundation.subject import Subject

TRAINED_ON: dict[str, Subject] = {
    "vox": "face",
    "nemo": "face",
    "duet": "face",
    "taichi": "whole",
    "ted": "whole",
    "fashion": "whole",
    "mgif": "whole",
    "gif": "whole",
    "bair": "whole",
}
"""The published data sets, as configs and their folders are called after them."""
USUAL = {"face": "vox-256", "whole": "taichi-256"}
SHOWS: dict[Subject, str] = {"face": "faces", "whole": "whole pictures"}


def subject_of(config: Path, content: Json) -> Subject | None:
    """What a config's network was trained on, by the file's name, or else by the folder of its data; None: unknown."""
    parameters = content.get("dataset_params") if isinstance(content, dict) else None
    folder = parameters.get("root_dir") if isinstance(parameters, dict) else None
    for text in (config.stem, str(folder or "")):
        for word in re.findall(r"[a-z]+", text.lower()):
            if word in TRAINED_ON:
                return TRAINED_ON[word]
    return None


def misfit(subject: Subject, engine: str, config: Path, content: Json, *, landmarks: bool = False) -> Lacking | None:
    """Why a config cannot move the subject; None: it can, for all that is known.

    Args:
        landmarks: its keypoints are those of a face.
    """
    found = "face" if landmarks else subject_of(config, content)
    if found is None or found == subject:
        return None
    cure = f"name another as {engine}.config, such as {USUAL[subject]}, or say subject: {found}"
    return Lacking(what=f"{config.stem} for {SHOWS[found]}, and subject is {subject}", cure=cure)
