"""Crops and panels of any shape: the way back is exact, nothing lies outside the frame, nothing overlaps."""

from __future__ import annotations

import math
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.crop import CropInfo, covered, upright
from foundation.facetrack import HeadFrame
from foundation.geometry import apply_affine, invert_affine
from foundation.layout import SMALLEST, Inset, panels
from stages.crop_files import CropPath, inner_edges, read_head, read_info, read_path, write_info
from tests.unit.foundation.test_layout import CORNERS, LAYOUTS

SIDES = st.integers(64, 4000)
HEADS = st.builds(
    HeadFrame,
    st.tuples(st.floats(0, 4000), st.floats(0, 4000)),
    st.floats(8, 2000),
    st.floats(-math.pi, math.pi),
    st.tuples(st.floats(0, 900), st.floats(0, 900)),
)
"""Anywhere, of any height, turned by any angle."""


@settings(max_examples=60)
@given(head=HEADS, reach=st.floats(0.6, 2.0), side=st.sampled_from([64, 256, 512]), width=SIDES, height=SIDES)
def test_a_crop_comes_back_from_its_file_and_leads_back_to_its_picture(
    head: HeadFrame, reach: float, side: int, width: int, height: int
) -> None:
    affine = upright(head, reach * head.height, side)
    picture = (width, height)
    box = covered(affine, (side, side), picture)
    info = CropInfo(affine, box, (side, side), False, inner_edges(box, picture, native=False))
    with TemporaryDirectory() as folder:
        write_info(Path(folder), info, head)
        again, same_head = read_info(Path(folder)), read_head(Path(folder))
        path = CropPath(np.stack([affine, affine]), (side, side), (box.width, box.height), False)
        path.save(Path(folder))
        way = read_path(Path(folder))
    assert same_head == head
    assert (again.box, again.size, again.native, again.inner_edges) == (box, (side, side), False, info.inner_edges)
    np.testing.assert_array_equal(again.affine, affine)
    np.testing.assert_array_equal(way.affines, path.affines)

    scale = side / (2 * reach * head.height)
    corners = np.array([[0.0, 0.0], [side, 0.0], [0.0, side], [side, side]])
    # there and back, in the finer one's pixels; rounding grows with how far from the corner the picture's pixels count
    np.testing.assert_allclose(apply_affine(affine, apply_affine(invert_affine(affine), corners)), corners, atol=1e-6)
    back = apply_affine(again.to_box, corners) + np.array(box.corners[:2])
    np.testing.assert_allclose(apply_affine(affine, back), corners, atol=1e-6 * max(1.0, scale))
    assert box.clipped(width, height) == box


@settings(max_examples=150)
@given(
    layout=st.sampled_from(LAYOUTS),
    count=st.integers(1, 9),
    size=st.tuples(st.integers(16, 2000), st.integers(16, 2000)),
    gutter=st.integers(0, 60),
    margin=st.integers(0, 60),
    inset=st.builds(Inset, st.sampled_from(CORNERS), st.floats(0.1, 0.6), st.floats(0.0, 0.2)),
)
def test_panels_lie_in_the_frame_side_by_side_or_are_refused(  # noqa: PLR0917  (what is drawn)
    layout: str, count: int, size: tuple[int, int], gutter: int, margin: int, inset: Inset
) -> None:
    try:
        found = panels(layout, count, size, gutter=gutter, margin=margin, inset=inset)
    except ValueError:
        assert count > 1 or min(size) < SMALLEST + 2 * margin  # one panel fits into any frame that has room for it
        return
    assert len(found) == count
    for box in found:
        assert box.clipped(*size) == box
        assert min(box.width, box.height) >= SMALLEST
    beside = found[1:] if layout == "picture_in_picture" else found
    for one, other in combinations(beside, 2):
        apart = max(other.x0 - one.x1, one.x0 - other.x1, other.y0 - one.y1, one.y0 - other.y1)
        assert apart >= (0 if layout == "picture_in_picture" else max(0, gutter - 1))  # edges are whole pixels
