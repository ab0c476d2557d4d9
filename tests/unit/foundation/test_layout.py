"""Panels: where they lie, exactly, and that no picture is ever distorted or its face cut."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import pytest

from foundation.facetrack import HeadFrame, heads_together
from foundation.layout import Covered, Fit, Inset, panels, view
from pipeline.manifest.parts.scenes import Inset as InsetSection
from pipeline.manifest.parts.scenes import Scene

LAYOUTS = get_args(Scene.model_fields["layout"].annotation)
CORNERS = get_args(InsetSection.model_fields["corner"].annotation)

HD = (1280, 720)


def boxes(layout: str, count: int, size: tuple[int, int] = HD, **more: Any) -> list[list[int]]:
    return [box.to_json() for box in panels(layout, count, size, **more)]


def test_every_layout_lies_where_it_should() -> None:
    assert boxes("full", 1) == [[0, 0, 1280, 720]]
    assert boxes("full", 1, margin=20) == [[20, 20, 1260, 700]]
    assert boxes("side_by_side", 2) == [[0, 0, 640, 720], [640, 0, 1280, 720]]
    assert boxes("side_by_side", 3) == [[0, 0, 427, 720], [427, 0, 853, 720], [853, 0, 1280, 720]]
    assert boxes("side_by_side", 2, gutter=16, margin=8) == [[8, 8, 632, 712], [648, 8, 1272, 712]]
    assert boxes("stacked", 2, (720, 1280), gutter=10) == [[0, 0, 720, 635], [0, 645, 720, 1280]]
    assert boxes("grid", 4) == [[0, 0, 640, 360], [640, 0, 1280, 360], [0, 360, 640, 720], [640, 360, 1280, 720]]
    assert boxes("grid", 5)[3:] == [[213, 360, 640, 720], [640, 360, 1066, 720]]  # the last row stands in the middle
    inset = panels("picture_in_picture", 3, HD, inset=Inset("top_left", 0.25, 0.05))
    assert [box.to_json() for box in inset] == [[0, 0, 1280, 720], [36, 36, 216, 216], [252, 36, 432, 216]]


SIZES = [(1280, 720), (720, 1280), (1080, 1080), (3840, 2160), (640, 360)]


@pytest.mark.parametrize("layout", LAYOUTS[1:])
@pytest.mark.parametrize("size", SIZES)
def test_panels_lie_in_the_frame_and_do_not_overlap(layout: str, size: tuple[int, int]) -> None:
    for count, gutter, margin, corner in product((2, 3, 5, 7), (0, 7), (0, 12), CORNERS):
        found = panels(layout, count, size, gutter=gutter, margin=margin, inset=Inset(corner))
        assert len(found) == count
        for number, box in enumerate(found):
            assert box.clipped(*size) == box
            for other in found[number + 1 :]:
                if layout != "picture_in_picture" or number:
                    apart = max(other.x0 - box.x1, box.x0 - other.x1), max(other.y0 - box.y1, box.y0 - other.y1)
                    assert max(apart) >= gutter - (layout == "grid")


@pytest.mark.parametrize("fit", ["auto", "fill", "fit"])
@pytest.mark.parametrize("panel", [*SIZES, (640, 720), (259, 259), (101, 333)])
def test_a_picture_keeps_its_shape(panel: tuple[int, int], fit: Fit) -> None:
    for picture, share in product([(512, 512), (1024, 1536), (4000, 2999), (333, 500)], (0.1, 0.3, 0.6)):
        head = HeadFrame((0.6 * picture[0], 0.3 * picture[1]), share * min(picture), 0.0)
        seen = view(picture, panel, head, fit)
        window, target = seen.window, seen.target
        assert window.clipped(*picture) == window
        assert target.clipped(*panel) == target
        stretched = (target.width / window.width) / (target.height / window.height)
        # windows and targets are whole pixels: nothing else may change the shape
        assert abs(stretched - 1) <= 1 / window.width + 1 / window.height + 1 / target.width + 1 / target.height
        if fit == "fill":
            assert (target.width, target.height) == panel
        if fit == "fit":
            assert (window.width, window.height) == picture


@pytest.mark.parametrize("panel", [(1280, 720), (640, 720), (720, 1280), (720, 640), (300, 300)])
def test_filling_keeps_the_face_inside(panel: tuple[int, int]) -> None:
    head = HeadFrame((1500.0, 300.0), 200.0, 0.0)
    window = view((2000, 1500), panel, head, "fill").window
    assert window.x0 < 1500 - 100 < 1500 + 100 < window.x1
    assert window.y0 < 300 - 100 < 300 + 100 < window.y1


@pytest.mark.parametrize("panel", [(1280, 720), (640, 720), (720, 1280)])
@pytest.mark.parametrize("other", [(3400.0, 700.0), (3400.0, 2400.0), (700.0, 2400.0)])
def test_of_several_heads_none_is_cut(panel: tuple[int, int], other: tuple[float, float]) -> None:
    heads = [HeadFrame((700.0, 700.0), 300.0, 0.0), HeadFrame(other, 300.0, 0.0)]
    window = view((4000, 3000), panel, heads_together(heads)).window
    for x, y in (head.centre for head in heads):
        assert window.x0 <= x - 160 < x + 160 <= window.x1
        assert window.y0 <= y - 220 < y + 220 <= window.y1  # hair, too


def test_text_lies_on_no_chin_and_no_forehead_where_the_picture_goes_on() -> None:
    head, panel = HeadFrame((500.0, 500.0), 380.0, 0.0), (1080, 960)
    usual = view((1000, 1600), panel, head).window
    scale = usual.height / panel[1]
    assert head.centre[1] + 190 > usual.y1 - 330 * scale  # the chin would be under it
    for covered, brow, chin in ((Covered(0, 330), 0, 330), (Covered(260, 0), 260, 0)):
        window = view((1000, 1600), panel, head, covered=covered).window
        assert (window.width, window.height) == (usual.width, usual.height)
        assert window.y0 + brow * scale - 1 <= 310
        assert window.y1 - chin * scale + 1 >= 690
        assert window.y0 <= 500 - 320  # no hair is cut off for it
    low = view((1000, 700), panel, HeadFrame((500.0, 560.0), 200.0, 0.0), covered=Covered(0, 330)).window
    assert low.y1 <= 700  # and the picture is not left


def test_only_panels_under_the_text_make_room() -> None:
    upper, lower = panels("stacked", 2, (1080, 1920))
    assert Covered(0, 300).inside(upper, 1920) == Covered(0, 0)
    assert Covered(0, 300).inside(lower, 1920) == Covered(0, 300)
    assert Covered(100, 1000).inside(upper, 1920) == Covered(100, 40)
