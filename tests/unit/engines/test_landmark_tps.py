"""The default engine's parts, on a face made up from a few curves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from engines.base import Driving, Own, Taking
from engines.landmark_tps.engine import LandmarkTps
from engines.landmark_tps.options import Options
from engines.landmark_tps.plate import on_shut_lips
from engines.landmark_tps.renderer import smooth_inside
from engines.landmark_tps.surroundings import Surroundings
from engines.layers import eyes, mouth
from engines.layers.mesh import Raster, affines, apply_affines, curve_matrix, draw_indices
from face import palette, relight, rig
from face import performance as driver
from face.canonical import Frame
from face.eye_style import STYLE
from face.retargeting import Gains, gaze_motion, mesh_targets
from face.topology import (
    CHIN,
    EYES,
    FOREHEAD,
    INNER_LIPS,
    OVAL,
    face_triangles,
)
from foundation.errors import InputError
from foundation.geometry import Box
from tests.made_up import (
    CANDLE,
    DAYLIGHT,
    MOTION,
    Points,
    face_of,
    made_up_face,
    painted_face,
    picture,
    portrait_of,
    track_of,
)


def performed(frames: list[Points], **settings: Any) -> driver.Performance:
    return driver.analyse(track_of(frames), replace(MOTION, **settings))


def gap_of(points: Points) -> float:
    return float(np.linalg.norm(points[13] - points[14]) / np.linalg.norm(points[FOREHEAD] - points[CHIN]))


def test_tessellation_covers_the_face_once() -> None:
    triangles = face_triangles()
    assert triangles.min() == 0
    assert triangles.max() < 468
    assert len({tuple(sorted(triangle)) for triangle in triangles.tolist()}) == len(triangles)


def test_lips_open_as_far_as_the_performers() -> None:
    openings = [0.0, 0.03, 0.08, 0.15, 0.0]
    performance = performed([made_up_face(gap) for gap in openings])
    body = rig.build(face_of(made_up_face()), performance)
    targets = mesh_targets(body, performance, Gains(1, 1, 1), slice(0, 5))
    assert [gap_of(points) for points in targets] == pytest.approx(openings, abs=0.02)


def test_an_open_portrait_shuts_its_mouth() -> None:
    performance = performed([made_up_face(gap) for gap in (0.0, 0.1, 0.0)])
    body = rig.build(face_of(made_up_face(gap=0.08)), performance)
    shut, wide, _ = mesh_targets(body, performance, Gains(1, 1, 1), slice(0, 3))
    assert gap_of(shut) < 0.01
    assert gap_of(wide) == pytest.approx(0.1, abs=0.03)


def test_a_blink_of_one_frame_survives_smoothing() -> None:
    lids = [1.0] * 6 + [0.05] + [1.0] * 6
    performance = performed([made_up_face(lids=value) for value in lids], smoothing=1.0)
    assert performance.openness[6].max() < 0.1
    assert performance.openness[3].min() > 0.9


def test_irises_go_as_far_as_the_performers_up_to_where_they_end() -> None:
    asides = (0.0, 0.0, 0.0, 0.1, 0.2, -0.2, 0.6)
    performance = performed([made_up_face(gaze=value) for value in asides], reference=0)
    body = rig.build(face_of(made_up_face()), performance)
    moved = gaze_motion(body, performance, Gains(1, 1, 1), slice(0, 7))[:, :, 0]
    np.testing.assert_allclose(moved[:, 0], moved[:, 1], atol=1e-12)
    theirs = performance.gaze[:, :, 0].mean(axis=1)
    gain = (moved[3:6, 0] - moved[0, 0]) / (theirs[3:6] - theirs[0])
    assert gain.min() > 0.8
    assert gain.max() < 1.15
    assert np.abs(moved).max() <= STYLE.gaze_limit[0]


def test_an_eye_that_winks_looks_where_the_other_does() -> None:
    """Landmarks of an iris behind a lid are guesses."""
    faces = [made_up_face(gaze=0.1) for _ in range(5)]
    left = list(EYES[0].upper_row)
    shut = made_up_face(gaze=0.1, lids=0.0)
    faces[3][left] = shut[left]
    faces[3][list(EYES[0].iris)] += [12, 0, 0]
    performance = performed([made_up_face(), *faces], reference=0)
    body = rig.build(face_of(made_up_face()), performance)
    moved = gaze_motion(body, performance, Gains(1, 1, 1), slice(0, 6))
    assert moved[4] == pytest.approx(moved[2], abs=0.03)
    targets = mesh_targets(body, performance, Gains(1, 1, 1), slice(4, 5))[0]
    gaps = [float(np.linalg.norm(targets[eye.upper[3]] - targets[eye.lower[3]])) for eye in EYES]
    assert gaps[0] < 0.1 * gaps[1]


def test_mouth_gain_of_zero_keeps_the_mouth_shut() -> None:
    performance = performed([made_up_face(gap) for gap in (0.0, 0.12, 0.0)])
    body = rig.build(face_of(made_up_face()), performance)
    targets = mesh_targets(body, performance, Gains(1, 1, 0), slice(0, 3))
    assert max(gap_of(points) for points in targets) < 0.01


def test_unknown_reference_is_refused_with_the_cure() -> None:
    with pytest.raises(InputError, match="frame 9 is not in the clip"):
        performed([made_up_face()] * 3, reference=9)


def test_mesh_takes_triangles_onto_their_source() -> None:
    source = np.array([[[10.0, 10.0], [40.0, 12.0], [20.0, 45.0]]])
    target = source * 1.3 + 5
    raster = Raster(Box(0, 0, 80, 80), 1.0)
    indices = draw_indices(raster, target, np.array([0]))
    field = apply_affines(raster, indices, affines(target, source))
    rows, columns = np.nonzero(indices == 0)
    expected = (np.stack([columns, rows], axis=1) - 5) / 1.3
    np.testing.assert_allclose(field[rows, columns], expected, atol=1e-3)


def test_triangles_without_area_stay_near_their_source() -> None:
    source = np.array([[[10.0, 10.0], [40.0, 12.0], [20.0, 45.0]]])
    for target in (np.full((1, 3, 2), 7.0), np.array([[[0.0, 5.0], [30.0, 5.0], [60.0, 5.001]]])):
        rows = affines(target, source)
        near = target[0].mean(axis=0) + 1.0
        mapped = rows[[0, 3], 0] * near[0] + rows[[1, 4], 0] * near[1] + rows[[2, 5], 0]
        assert np.abs(mapped - source[0].mean(axis=0)).max() < 45


def test_surroundings_follow_the_outline_and_let_the_edges_be() -> None:
    points = made_up_face()
    frame = Frame.of(face_of(points))
    outline = points[list(OVAL), :2]
    size = (640, 640)
    shifted = points + np.array([160, 160, 0])
    frame = Frame(frame.rotation, frame.centre + np.array([160, 160, 0]), frame.height)
    around = Surroundings.build(size, (True, True, True, True), shifted, outline + 160, frame)
    motion = np.zeros((2, 4))
    motion[:, 3] = (6.0, -4.0)
    field = around.field(np.tile([6.0, -4.0], (len(OVAL), 1)), motion)
    cells = np.array([around.count[1] / size[1], around.count[0] / size[0]])
    for x, y in (outline + 160 + [6, -4])[::6]:
        column, row = np.round((np.array([x, y]) + 0.5) * cells - 0.5).astype(int)
        np.testing.assert_allclose(field[row, column], (-6.0, 4.0), atol=0.6)
    for edge in (field[0], field[-1], field[:, 0], field[:, -1]):
        assert not edge.any()


def mouth_of(image: NDArray[np.uint8], points: Points, frame: NDArray[np.uint8]) -> mouth.Mouth:
    """Of a portrait that shows no teeth, and a performer in `frame`."""
    own, theirs = palette.look([(image, points)]), palette.look([(frame, points)])
    return mouth.Mouth(200.0, own, theirs, relight.tones(own, theirs), 0.0, None)


@pytest.mark.parametrize("gap", [0.0, 0.004])
def test_lips_that_hardly_part_show_no_interior(gap: float) -> None:
    out = picture()
    before = out.copy()
    points = made_up_face(gap)
    contour = points[list(INNER_LIPS), :2]
    frame = np.full((320, 320, 3), 255, np.uint8)
    mouth.paint(out, contour, frame, contour, mouth_of(out, points, frame))
    np.testing.assert_array_equal(out, before)


def test_an_open_mouth_shows_the_performers() -> None:
    """Its dark in the portrait's light, and nothing half transparent: what was between the lips is gone."""
    points = made_up_face(gap=0.15)
    contour = points[list(INNER_LIPS), :2]
    x, y = contour.mean(axis=0).astype(int)
    frame = painted_face(points, CANDLE, inside="dark")
    found = []
    for between in (40, 230):
        out = painted_face(points, DAYLIGHT)
        own = mouth_of(out, points, frame)
        cv2.fillPoly(out, [np.round(contour).astype(np.int32)], (between,) * 3)
        before = out.copy()
        mouth.paint(out, contour, frame, contour, own)
        assert (out[:150] == before[:150]).all()
        found.append(out[y, x])
    np.testing.assert_array_equal(found[0], found[1])
    assert found[0].max() < 60


def test_a_larger_performers_fine_lines_do_not_flicker() -> None:
    """Of a clip six times as large as the portrait, what is finer than its pixels looks the same wherever it lies."""
    points = made_up_face(gap=0.15)
    contour = points[list(INNER_LIPS), :2]
    small = painted_face(points, DAYLIGHT, inside="teeth")
    large = cv2.resize(small, None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC)
    found = []
    for shift in (0, 2):
        frame = large.copy()
        frame[:, (np.arange(frame.shape[1]) + shift) % 4 < 2] //= 3
        out = painted_face(points, CANDLE)
        mouth.paint(out, contour, frame, 6 * contour + 2.5, mouth_of(out, points, small))
        found.append(out.astype(float))
    assert np.abs(found[0] - found[1]).max() < 12


def test_a_mouth_that_has_left_the_clips_picture_takes_its_edge() -> None:
    """Landmarks are guessed beyond it, and of any width."""
    points = made_up_face(gap=0.15)
    contour = points[list(INNER_LIPS), :2]
    frame = painted_face(points, DAYLIGHT, inside="teeth")
    for theirs in (contour * 2 + [5000, 0], contour * 10_000):
        out = painted_face(points, CANDLE)
        before = out.copy()
        mouth.paint(out, contour, frame, theirs, mouth_of(out, points, frame))
        assert (out[:150] == before[:150]).all()
        assert (out != before).any()


def test_the_mouth_of_nobody_is_drawn() -> None:
    """With teeth, and the same whatever the driving frame holds."""
    points = made_up_face(gap=0.15)
    contour = points[list(INNER_LIPS), :2]
    out = [painted_face(points, DAYLIGHT) for _ in range(2)]
    for image, frame in zip(out, (np.zeros((64, 64, 3), np.uint8), np.full((64, 64, 3), 255, np.uint8)), strict=True):
        own, nobody = palette.look([(image, points)]), palette.look([])
        kept = {"own": own.packed(), "theirs": nobody.packed(), "mouth_blur": np.array(0.0)}
        mouth.paint(
            image, contour, frame, contour / 5, mouth.Mouth.of(kept, 200.0, None), shown=mouth.Shown(covered=1.0)
        )
    np.testing.assert_array_equal(out[0], out[1])
    x, y = contour.mean(axis=0).astype(int)
    assert out[0][y, x].mean() < 70
    teeth = out[0][contour[:, 1].min().astype(int) + 5, x + 4]
    assert teeth.mean() > 100


def test_the_meshs_field_has_no_stray_cells() -> None:
    """A cell of a compressed triangle that is thrown far away would be a dot in the picture."""
    field = np.dstack(np.meshgrid(np.arange(40.0), np.arange(40.0))).astype(np.float32)
    smooth = field.copy()
    field[20, 20] += 30
    depth = np.full((40, 40), 9, np.float32)
    depth[:, :3] = 1
    field[:, 2] += 5
    smooth_inside(field, depth)
    np.testing.assert_allclose(field[10:30, 10:30], smooth[10:30, 10:30], atol=1)
    np.testing.assert_array_equal(field[:, :3], smooth[:, :3] + [[0, 0], [0, 0], [5, 5]])


def test_a_plates_shut_lips_stay_whole() -> None:
    """Where landmarks part lips that are shut, the mesh takes hold of them at their seam."""
    points = made_up_face(gap=0.025)
    image = painted_face(points, DAYLIGHT, inside="lip")
    own = palette.look([(image, points)])
    texture = np.concatenate([points[:, :2], points[:14, :2]])
    moved = on_shut_lips(texture, image, points, own)
    assert np.abs(moved[14] - moved[13]).max() < 1
    np.testing.assert_array_equal(np.delete(moved, INNER_LIPS, axis=0), np.delete(texture, INNER_LIPS, axis=0))
    open_mouth = painted_face(points, DAYLIGHT, inside="dark")
    np.testing.assert_array_equal(on_shut_lips(texture, open_mouth, points, own), texture)


def test_gaze_moves_the_dark_of_the_eye() -> None:
    image = np.full((320, 320, 3), 230, np.uint8)
    points = made_up_face()
    eye = EYES[0]
    centre = points[eye.iris[0], :2]
    rows, columns = np.mgrid[:320, :320]
    image[(columns - centre[0]) ** 2 + (rows - centre[1]) ** 2 < 25] = 20
    ball = eyes.Eyeball.build(image, points[:, :2], eye)
    out = np.full_like(image, 230)
    eyes.paint(out, points[:, :2], eye, ball, np.array([0.2, 0.0]))
    dark = np.argwhere(out.mean(axis=2) < 100).mean(axis=0)
    assert dark[1] == pytest.approx(centre[0] + 0.2 * 28, abs=1.5)


WHITE, SKIN, LASHES, IRIS = (225, 222, 220), (205, 160, 135), (45, 30, 25), (70, 110, 160)


def open_eye(points: Points, *, below: float = 0.0, iris: float = 1.0) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """(320, 320, 3) skin with a white eye in it, lashes above and a blue iris; and where the eye is.

    Args:
        below: how far the eye goes on below its landmarks, eye widths. iris: its radius over the landmarks'.
    """
    eye, image = EYES[0], np.full((320, 320, 3), SKIN, np.uint8)
    upper, lower = points[list(eye.upper_row), :2], points[list(eye.lower_row), :2]
    lower[:, 1] += below * np.linalg.norm(upper[-1] - upper[0])
    where = np.zeros((320, 320), np.uint8)
    cv2.fillPoly(where, [np.round(np.concatenate([upper, lower[::-1]])).astype(np.int32)], 1)
    image[where > 0] = WHITE
    (x, y), radius = points[eye.iris[0], :2], iris * np.linalg.norm(points[eye.iris[1], :2] - points[eye.iris[0], :2])
    rows, columns = np.mgrid[:320, :320]
    image[((columns - x) ** 2 + (rows - y) ** 2 < radius**2) & (where > 0)] = IRIS
    cv2.polylines(image, [np.round(upper).astype(np.int32)], False, LASHES, 2)
    return image, where > 0


@pytest.mark.parametrize("below", [0.0, 0.07])
def test_a_shut_lid_is_skin_with_a_line_of_lashes(below: float) -> None:
    """No stripes of stretched lashes, and nothing of the white, even where an eye is taller than its landmarks say."""
    points, eye = made_up_face(height=600.0), EYES[0]
    points[:, :2] -= points[eye.iris[0], :2] - 160
    crease = points[list(eye.crease)]
    points[list(eye.under_brow)] = crease - [0, 20, 0]
    image, there = open_eye(points, below=below)
    ball, out = eyes.Eyeball.build(image, points[:, :2], eye), image.copy()
    shut = points.copy()
    shut[list(eye.upper)] = shut[list(eye.lower)] - [0, 1, 0]
    eyes.paint(out, shut[:, :2], eye, ball, np.zeros(2))
    middle = there & (np.abs(np.arange(320) - 160) < 25)[None]
    assert (out[middle].min(axis=1) > 190).mean() < 0.01
    lid = out[150:158, 140:180].astype(float)
    assert np.abs(lid - SKIN).max() < 30
    assert lid.mean(axis=(0, 2)).std() < 3
    dark = out[:, 160].mean(axis=1)
    assert dark.min() < 0.75 * np.mean(SKIN)
    assert abs(int(np.argmin(dark)) - int(np.flatnonzero(there[:, 160])[-1])) <= 4


@pytest.mark.parametrize(("down", "covered"), [(0, False), (25, True)])
def test_a_lid_covers_what_its_crease_stretches_as_it_comes_down(down: int, covered: bool) -> None:
    """Streaks between crease and brow, more and more towards the lid; what is not stretched stays."""
    points, eye = made_up_face(height=600.0), EYES[0]
    points[:, :2] -= points[eye.iris[0], :2] - 160
    crease, brow = list(eye.crease), list(eye.under_brow)
    points[brow] = points[crease] - [0, 20, 0]
    image, _ = open_eye(points)
    ball, shut = eyes.Eyeball.build(image, points[:, :2], eye), points.copy()
    shut[crease] += [0, down, 0]
    shut[list(eye.upper)] = shut[list(eye.lower)] - [0, 1, 0]
    top, bottom = int(shut[brow[3], 1]), int(shut[crease[3], 1])
    image[top - 10 : bottom, ::4] = np.array(SKIN) // 2
    out = image.copy()
    eyes.paint(out, shut[:, :2], eye, ball, np.zeros(2))
    before, after = (np.std(each[:, 140:180].mean(axis=2), axis=1) for each in (image, out))
    assert (after[top - 10 : top - 1] == before[top - 10 : top - 1]).all()
    assert (after[bottom - 6 : bottom - 3] < 0.4 * before[bottom - 6 : bottom - 3]).all() == covered
    assert covered or (out[top : bottom - 6] == image[top : bottom - 6]).all()


@pytest.mark.parametrize("size", [1.0, 1.3])
def test_an_iris_that_turns_leaves_nothing_of_itself(size: float) -> None:
    """Although landmarks tell every iris's size as a person's."""
    points, eye = made_up_face(height=600.0), EYES[0]
    points[:, :2] -= points[eye.iris[0], :2] - 160
    image, there = open_eye(points, iris=size)
    ball, out = eyes.Eyeball.build(image, points[:, :2], eye), image.copy()
    eyes.paint(out, points[:, :2], eye, ball, np.array([0.2, 0.0]))
    blue = there & (out[:, :, 2].astype(int) - out[:, :, 0] > 40)
    before = there & (image[:, :, 2].astype(int) - image[:, :, 0] > 40)
    moved = 0.2 * float(np.linalg.norm(points[eye.corners[1], :2] - points[eye.corners[0], :2]))
    assert np.argwhere(blue)[:, 1].mean() - np.argwhere(before)[:, 1].mean() == pytest.approx(moved, rel=0.2)
    left = there & (np.arange(320) < 160 + moved - 1.2 * size * 15 - 6)[None]
    assert not (blue & left).any()


def test_an_eye_at_rest_is_the_portraits_own() -> None:
    """Its iris keeps its rim, which is further out than landmarks say."""
    points, eye = made_up_face(height=600.0), EYES[0]
    points[:, :2] -= points[eye.iris[0], :2] - 160
    image, there = open_eye(points, iris=1.3)
    ball, out = eyes.Eyeball.build(image, points[:, :2], eye), image.copy()
    assert ball.size == pytest.approx(1.3, abs=0.1)
    eyes.paint(out, points[:, :2], eye, ball, np.zeros(2))
    inside = cv2.erode(there.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert np.abs(out.astype(int) - image)[inside].max() <= 8


def degenerate_tracks() -> dict[str, list[Points]]:
    face = made_up_face()
    flat = face * [1, 1, 0]
    profile = face * [0.02, 1, 1]
    outside = face + np.array([400, -300, 0])
    tiny = face * 0.01
    nothing = np.zeros_like(face)
    return {
        "one frame": [face],
        "flat": [flat] * 3,
        "profile": [face, profile, face],
        "outside the frame": [face, outside],
        "tiny": [tiny] * 2,
        "a point": [nothing, nothing],
        "shut eyes": [made_up_face(lids=0.0)] * 3,
    }


@pytest.mark.parametrize("name", list(degenerate_tracks()))
def test_degenerate_clips_render_without_warnings(name: str) -> None:
    track = track_of(degenerate_tracks()[name])
    frames = [np.full((320, 320, 3), 90, np.uint8)] * len(track)
    portrait = portrait_of(made_up_face())
    engine = LandmarkTps()
    driving = Driving(track, 25.0, lambda numbers: (frames[number] for number in numbers))
    prepared = engine.prepare(portrait, driving, Taking(Options(), {}, MOTION), lambda image: None)
    targets = np.concatenate(list(prepared["targets"].make()))
    assert np.isfinite(targets).all()
    renderer = engine.open(portrait, prepared | {"targets": targets}, Own(Options()))
    for index, frame in enumerate(frames):
        assert renderer.render(index, frame).shape == portrait.image.shape


@pytest.mark.parametrize(("points", "dense"), [(9, 25), (11, 33), (3, 7)])
def test_curves_are_natural_cubic_splines(points: int, dense: int) -> None:
    curve = CubicSpline(np.arange(points), np.eye(points), bc_type="natural")(np.linspace(0, points - 1, dense))
    assert np.allclose(curve_matrix(points, dense), curve, rtol=0, atol=1e-14)
