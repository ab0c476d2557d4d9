"""A performer's teeth, flesh and dark in a portrait's light."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from face.color import LUMA, redness
from face.palette import look
from face.relight import INSIDE, blur_to_match, classes, relit, tones
from tests.made_up import CANDLE, DAYLIGHT, REFLECTS, made_up_face, painted_face

FACE = made_up_face(gap=0.12)
Light = tuple[float, float, float]
DIM: Light = (90.0, 90.0, 95.0)
LIGHTS = [DAYLIGHT, CANDLE, DIM]


def patch(name: str, light: Light) -> np.ndarray:
    return np.full((12, 12, 3), np.array(REFLECTS[name]) * light, np.float32)


@pytest.mark.parametrize("light", LIGHTS)
def test_parts_are_told_apart_in_any_light(light: Light) -> None:
    theirs = look([(painted_face(FACE, light, inside="teeth"), FACE)])
    shares = {name: [float(share.mean()) for share in classes(patch(name, light), theirs)] for name in REFLECTS}
    assert shares["tooth"][0] > 0.9
    assert shares["dark"][1] > 0.9
    assert max(shares["lip"]) < 0.3


def test_a_tongue_in_violet_light_is_flesh_and_teeth_in_it_are_teeth() -> None:
    """As a filmed mouth has them: colours of a tongue, of teeth beside it and of teeth in the shade."""
    seen = look([(painted_face(FACE, DAYLIGHT, inside="teeth"), FACE)])
    theirs = replace(seen, skin=170.0, tooth=185.0, red_skin=0.122, red_lip=0.168, red_tooth=0.110, violet_tooth=0.004)
    colours = np.array([[171, 115, 122], [242, 187, 193], [214, 155, 164], [166, 116, 116]], np.float32)
    tooth, _ = classes(colours, theirs)
    assert tooth[0] < 0.25
    assert tooth[1:3].min() > 0.9
    assert tooth[3] > tooth[0] + 0.1  # as light and as red, and not as violet


def test_a_tongue_that_is_no_redder_than_skin_is_flesh() -> None:
    """As a filmed mouth has them: colours of a tongue, and of teeth above, below and beside it."""
    seen = look([(painted_face(FACE, DAYLIGHT, inside="teeth"), FACE)])
    theirs = replace(seen, skin=139.0, tooth=177.5, red_skin=0.119, red_lip=0.196, red_tooth=0.094, violet_tooth=-0.007)
    tongue = np.array([[172, 118, 121], [180, 123, 126], [179, 121, 125], [154, 106, 111]], np.float32)
    teeth = np.array([[205, 162, 160], [197, 158, 152], [206, 157, 153], [187, 135, 137]], np.float32)
    assert classes(tongue, theirs)[0].max() < 0.2
    assert classes(teeth, theirs)[0].min() > 0.9


@pytest.mark.parametrize("colours", [True, False])
def test_teeth_in_shade_are_redder_in_a_portrait_that_has_colours(colours: bool) -> None:
    """As light as they were: it is lips' colour that they take."""
    theirs = look([(painted_face(FACE, DAYLIGHT, inside="teeth"), FACE)])
    grey = np.repeat(painted_face(FACE, DAYLIGHT)[:, :, :1], 3, axis=2)
    goal = tones(theirs if colours else look([(grey, FACE)]), theirs)
    lit, shaded = (
        relit(np.float32(share) * patch("tooth", DAYLIGHT), theirs, goal)[0].mean(axis=(0, 1)) for share in (1.0, 0.75)
    )
    assert 0.65 < (shaded @ LUMA) / (lit @ LUMA) < 0.8
    more = redness(shaded) - redness(lit)
    assert 0.02 < more < 0.06 if colours else abs(more) < 0.002


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("portrait", LIGHTS)
def test_teeth_are_as_light_as_they_would_be_in_the_portrait(light: Light, portrait: Light) -> None:
    theirs = look([(painted_face(FACE, light, inside="teeth"), FACE)])
    shut = made_up_face()
    own = look([(painted_face(shut, portrait), shut)])
    layers, tooth = relit(patch("tooth", light), theirs, tones(own, theirs))
    found, wanted = layers.mean(axis=(0, 1)), np.array(REFLECTS["tooth"]) * portrait
    assert tooth.mean() > 0.9
    assert 0.75 < (found @ LUMA) / (wanted @ LUMA) < 1.15
    # neither blue nor as red as skin
    assert -0.01 < redness(found) < redness(np.array(REFLECTS["skin"]) * portrait)
    dark, _ = relit(patch("dark", light), theirs, tones(own, theirs))
    assert float((dark @ LUMA).mean()) < 0.3 * own.skin


def test_their_structure_stays() -> None:
    theirs = look([(painted_face(FACE, DAYLIGHT, inside="teeth"), FACE)])
    row = np.tile(patch("tooth", DAYLIGHT), (1, 6, 1))
    row[:, ::12] *= 0.8
    layers, _ = relit(row, theirs, tones(theirs, theirs))
    light = (layers @ LUMA)[6]
    assert light[12:60:12].mean() < 0.9 * np.median(light)


def test_a_sharp_performer_is_made_as_soft_as_the_portrait() -> None:
    import cv2

    noise = np.random.default_rng(3).integers(0, 60, (320, 320, 3)).astype(np.uint8)
    sharp = np.asarray(painted_face(FACE, (180.0, 180.0, 180.0)) + noise, np.uint8)
    soft = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 1.5), np.uint8)
    assert blur_to_match((soft, FACE), (sharp, FACE)) >= 1.0
    assert blur_to_match((sharp, FACE), (soft, FACE)) == 0.0
    assert blur_to_match((sharp, FACE), (sharp, FACE + np.array([4000, 0, 0]))) in INSIDE.sigmas


def test_a_mouth_has_the_same_bits_on_processors_without_avx_512() -> None:
    """A farm has both; on one without, both runs are."""
    script = """
import hashlib
import numpy as np
from face.relight import relit, tones
from tests.unit.face.test_relight import DAYLIGHT, FACE, look, painted_face
theirs = look([(painted_face(FACE, DAYLIGHT, inside="teeth"), FACE)])
pixels = np.random.default_rng(1).random((97, 131, 3)).astype(np.float32) * 255
print(hashlib.sha256(relit(pixels, theirs, tones(theirs, theirs))[0].tobytes()).hexdigest())
"""
    made = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=Path(__file__).parents[3],
            env=os.environ | {"OPENCV_CPU_DISABLE": without},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for without in ("", "AVX512-SKX,AVX512-COMMON")
    }
    assert len(made) == 1
