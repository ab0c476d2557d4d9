"""Colours do not depend on the way by which pixels are converted."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame

from media.video import color


@pytest.mark.parametrize("size", [(64, 48), (90, 66), (31, 57)])
@pytest.mark.parametrize("kind", sorted(color.PLANES_FASTER))
def test_planes_have_the_levels_of_packed_pixels(
    kind: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    frame = VideoFrame.from_ndarray(cv2.resize(noise, (64, 48), interpolation=cv2.INTER_CUBIC), format="rgb24")
    stored = frame.reformat(format=kind)
    fast = color.ToRgb()(stored, size)
    monkeypatch.setattr(color, "PLANES_FASTER", frozenset())
    np.testing.assert_array_equal(fast, color.ToRgb()(stored, size))
