"""Tell the portrait's person from what is behind.

Writes the files of a matte (see stages.crop_files), or, where it cannot be relied on, nothing: then all around a face
moves with it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from compositing.behind import with_halo, without_person
from engines.base import Person
from face.mattes import Matte, person_matte
from foundation.facetrack import Face
from foundation.geometry import apply_affine, invert_affine
from foundation.notices import notice
from stages.contract import Report
from stages.contracts.matte import Facts, Inputs, Settings
from stages.crop_files import write_matte
from stages.crops import Crop


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Look for the person.

    Raises:
        InputError: the network that finds people is damaged.
    """
    crop = inputs.crop
    box, matte = crop.info().box, _matte(crop)
    share = round(float(matte.opacity.mean()) / 255, 4)
    if matte.doubt is not None:
        notice(f"{matte.doubt}, so what is around it moves with the face")
        return Facts(share=share, doubt=matte.doubt)
    height, bare = crop.head().height, crop.bare()
    moving = with_halo(np.ascontiguousarray(matte.opacity[box.slices]), height)
    write_matte(out, matte.opacity, Person(moving, without_person(bare, moving, height)))
    return Facts(share=share)


def _matte(crop: Crop) -> Matte:
    """Of the whole picture, without what stays in front of it; its own opacity, where it has one."""
    own = crop.opacity()
    if own is not None and int(own.min()) < 255:
        return Matte(own)
    info, face, picture = crop.info(), crop.face(), crop.picture().copy()
    picture[info.box.slices] = crop.bare()
    return person_matte(
        picture, Face(apply_affine(invert_affine(info.affine), face.points), face.scheme, face.blendshapes, face.pose)
    )
