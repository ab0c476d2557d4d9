"""HDR video to SDR: PQ and HLG (ITU-R BT.2100) as a BT.709 picture that looks the same up to reference white.

Reference white is 203 nits (BT.2408). What is darker than the knee keeps its light exactly; what is brighter is rolled
off towards 1000 nits, all three colours by one factor, so that hues stay.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

PQ, HLG = 16, 18  # transfer characteristics of ITU-T H.273
BT2020 = 9  # colour primaries of ITU-T H.273

WHITE, PEAK = 203.0, 1000.0  # nits
KNEE = 0.7  # of reference white
SDR_GAMMA = 2.4  # BT.1886

# linear BT.2020 to linear BT.709 (BT.2087, inverted)
_TO_709 = np.array(
    [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349], [-0.018151, -0.100579, 1.118730]]
)
_LUMA_2020 = np.array([[0.2627, 0.6780, 0.0593]])
_STEPS = 4096  # of the table from light to 8 bits


def to_sdr(rgb: NDArray[np.uint16], transfer: int, primaries: int) -> NDArray[np.uint8]:
    """(H, W, 3) full-range 16-bit RGB of an HDR frame -> (H, W, 3) uint8, BT.709 primaries, gamma 2.4.

    Args:
        transfer: PQ or HLG. primaries: BT2020, or anything else for primaries that are kept.
    """
    light = _light(transfer)[rgb]
    if transfer == HLG:
        light *= np.maximum(cv2.transform(light, _LUMA_2020), 1e-6)[..., None] ** 0.2 * np.float32(PEAK / WHITE)
    if primaries == BT2020:
        light = cv2.transform(light, _TO_709)
    brightest = np.maximum(light.max(axis=2), 1e-6)
    light *= (_rolled_off(brightest) / brightest)[..., None]
    return np.asarray(_gamma()[np.rint(np.sqrt(np.clip(light, 0, 1)) * (_STEPS - 1)).astype(np.int32)], np.uint8)


@cache
def _light(transfer: int) -> NDArray[np.float32]:
    """Light for each 16-bit value: of PQ as a share of reference white, of HLG the scene's, 0..1."""
    value = np.linspace(0, 1, 65536)
    if transfer == PQ:  # SMPTE ST 2084
        root = value ** (1 / 78.84375)
        nits = 10000 * (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125)
        return (nits / WHITE).astype(np.float32)
    a, b, c = 0.17883277, 0.28466892, 0.55991073  # ARIB STD-B67
    return np.where(value <= 0.5, value**2 / 3, (np.exp((value - c) / a) + b) / 12).astype(np.float32)


@cache
def _gamma() -> NDArray[np.uint8]:
    """8-bit values for the square roots of light: fine steps where the eye sees them."""
    root = np.linspace(0, 1, _STEPS)
    return np.rint(255 * root ** (2 / SDR_GAMMA)).astype(np.uint8)


def _rolled_off(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Light as it is below the knee; above it bent so that PEAK comes to 1 (Reinhard et al., 2002, eq. 4)."""
    above = np.maximum(light - KNEE, 0) / (1 - KNEE)
    top = (PEAK / WHITE - KNEE) / (1 - KNEE)
    bent = np.minimum(light, KNEE) + (1 - KNEE) * above * (1 + above / top**2) / (1 + above)
    return np.asarray(bent, np.float32)
