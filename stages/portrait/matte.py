"""Tell the portrait's person from what is behind.

Writes the files of a matte (see stages.crop_files), or, where it cannot be relied on, nothing: then all around a face
moves with it.
"""

from __future__ import annotations

from pathlib import Path

from compositing.behind import with_halo, without_person
from face.mattes import Matte, person_matte
from foundation.geometry import Image, invert_affine
from foundation.notices import notice
from foundation.person import Person
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
    picture = crop.picture().copy()
    picture[crop.info().box.slices] = crop.bare()  # without what stays in front of it
    matte = _matte(crop, picture)
    share = round(float(matte.opacity.mean()) / 255, 4)
    if matte.doubt is not None:
        notice(f"{matte.doubt}, so the background stays behind it, and moves with the face near it")
        return Facts(share=share, doubt=matte.doubt)
    height = crop.head().height
    moving = with_halo(matte.opacity, height)
    write_matte(out, matte.opacity, Person(moving, without_person(picture, moving, height)))
    return Facts(share=share)


def _matte(crop: Crop, picture: Image) -> Matte:
    """Of the whole picture; its own opacity, where it has one."""
    own = crop.opacity()
    if own is not None and int(own.min()) < 255:
        return Matte(own)
    return person_matte(picture, crop.face().through(invert_affine(crop.info().affine)))
