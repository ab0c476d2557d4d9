"""A person before something else."""

from __future__ import annotations

import numpy as np

from compositing.standing import before, cut_out

SIZE = (120, 160)
OPACITY = np.zeros(SIZE, np.uint8)
OPACITY[30:, 50:110] = 255
OPACITY[30:, 48:50] = 128
PERSON, WALL, STAGE = np.array((180, 120, 90)), np.array((20, 60, 200)), np.full((*SIZE, 3), (240, 30, 10), np.uint8)


def portrait() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    share = OPACITY[:, :, None] / 255
    return np.rint(PERSON * share + WALL * (1 - share)).astype(np.uint8)


def test_what_shone_through_at_the_edge_is_taken_out() -> None:
    alone = cut_out(portrait(), OPACITY, np.full((*SIZE, 3), WALL, np.uint8))
    assert (alone[:, :, 3] == OPACITY).all()
    assert not alone[OPACITY == 0, :3].any()
    assert np.abs(alone[80, 48, :3].astype(int) - PERSON * 128 / 255).max() <= 1
    assert (alone[80, 80, :3] == PERSON).all()


def test_the_person_stands_before_it_with_its_light_at_the_edge() -> None:
    laid = before(cut_out(portrait(), OPACITY, np.full((*SIZE, 3), WALL, np.uint8)), STAGE)
    assert np.abs(laid[OPACITY == 0].astype(int) - STAGE[OPACITY == 0]).max() <= 1
    assert np.abs(laid[90, 80].astype(int) - PERSON).max() <= 1  # deep inside, nothing of it
    rim = laid[90, 51].astype(int)
    assert PERSON[0] < rim[0] < 240
    assert rim[2] < PERSON[2]
