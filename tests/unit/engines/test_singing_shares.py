"""Turns: full from the first frame of one to its last, eased before and after."""

from __future__ import annotations

import numpy as np

from face.turns import kept, singing_shares


def test_a_turn_is_whole_and_eased_around() -> None:
    shares = singing_shares({"turns": {"sings": [[5, 8]], "ease": 3, "listening": 0.2}}, 14)
    assert shares is not None
    assert (shares[5:8] == 1).all()
    assert (np.diff(shares[:6]) >= 0).all()
    assert (np.diff(shares[7:]) <= 0).all()
    assert (shares[:2] == 0).all()
    assert (shares[11:] == 0).all()
    assert 0 < shares[2] < shares[3] < shares[4] < 1
    assert singing_shares({}, 14) is None


def test_a_listener_keeps_a_share() -> None:
    np.testing.assert_allclose(kept(np.array([0.0, 0.5, 1.0]), 0.4), [0.4, 0.7, 1.0])
