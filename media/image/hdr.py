"""HDR video to SDR: PQ and HLG (ITU-R BT.2100) as a BT.709 picture that looks the same up to reference white.

Reference white is 203 nits (BT.2408). What is darker than the knee keeps its light exactly; what is brighter is rolled
off towards 1000 nits, all three colours by one factor, so that hues stay. Every value that depends on one number alone
is looked up in a table; one compiled pass over the pixels does the rest.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundation.machine_code import check_machine_code

PQ, HLG = 16, 18  # transfer characteristics of ITU-T H.273
BT2020, P3 = 9, 12  # colour primaries of ITU-T H.273; the second are Display P3's

WHITE, PEAK = 203.0, 1000.0  # nits
KNEE = 0.7  # of reference white
SDR_GAMMA = 2.4  # BT.1886
BITS = 12
"""Of the values that come in: BT.2100 defines no finer ones."""

TO_709 = {
    BT2020: np.array(
        [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349], [-0.018151, -0.100579, 1.118730]],
        np.float32,
    ),
    P3: np.array(
        [[1.224940, -0.224940, 0.0], [-0.042057, 1.042057, 0.0], [-0.019638, -0.078636, 1.098273]], np.float32
    ),
}
"""Linear light in wide primaries to linear BT.709 (BT.2087, inverted; SMPTE EG 432-1): all have the white D65."""
_STEPS = 4096  # of the tables that are entered with the square root of light


def needs_conversion(transfer: int, primaries: int) -> bool:
    """Whether a frame's RGB values are not those of a BT.709 picture."""
    return transfer in (PQ, HLG) or primaries == BT2020


def to_sdr(planes: tuple[NDArray[np.uint16], ...], width: int, transfer: int, primaries: int) -> NDArray[np.uint8]:
    """Full-range RGB values -> (H, W, 3) uint8, BT.709 primaries, gamma 2.4.

    Args:
        planes: red, green and blue, (H, stride) each, BITS bits.
        width: how many columns of them are the picture.
        transfer: PQ, HLG, or anything else for SDR.
        primaries: of TO_709, or anything else for primaries that are kept.
    Raises:
        NoMachineCodeError: nothing can be compiled.
    """
    mix = TO_709.get(primaries, np.eye(3, dtype=np.float32))
    knee = KNEE if transfer in (PQ, HLG) else np.inf
    out = np.empty((planes[0].shape[0], width, 3), np.uint8)
    _kernel()(*planes, _light(transfer), _gain(transfer), mix, np.float32(knee), _gamma(), out)
    return out


@cache
def _light(transfer: int) -> NDArray[np.float32]:
    """Light for each value that comes in: of HLG the scene's, 0..1, of all else a share of reference white."""
    value = np.linspace(0, 1, 1 << BITS)
    if transfer == PQ:  # SMPTE ST 2084
        root = value ** (1 / 78.84375)
        nits = 10000 * (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125)
        return np.asarray(nits / WHITE, np.float32)
    if transfer == HLG:  # ARIB STD-B67
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        return np.where(value <= 0.5, value**2 / 3, (np.exp((value - c) / a) + b) / 12).astype(np.float32)
    return np.asarray(value**SDR_GAMMA, np.float32)


@cache
def _gain(transfer: int) -> NDArray[np.float32]:
    """What light is multiplied by, for the square root of its luma: HLG's system gamma of 1.2, up to PEAK."""
    root = np.linspace(0, 1, _STEPS)
    gain = root ** (2 * 0.2) * PEAK / WHITE if transfer == HLG else np.ones(_STEPS)
    return gain.astype(np.float32)


@cache
def _gamma() -> NDArray[np.uint8]:
    """8-bit values for the square roots of light: fine steps where the eye sees them."""
    root = np.linspace(0, 1, _STEPS)
    return np.rint(255 * root ** (2 / SDR_GAMMA)).astype(np.uint8)


@cache
def _kernel() -> Any:
    """The pass over the pixels, compiled on first use: most clips never need it. It lets other threads run."""
    check_machine_code()
    import numba  # noqa: PLC0415  (as slow to import as all else together)

    signature = "void(u2[:,::1],u2[:,::1],u2[:,::1],f4[::1],f4[::1],f4[:,::1],f4,u1[::1],u1[:,:,::1])"
    try:
        return numba.njit(signature, nogil=True, cache=True)(_pass)
    except RuntimeError:  # nowhere to keep the compiled code
        return numba.njit(signature, nogil=True)(_pass)


_KNEE, _REST = np.float32(KNEE), np.float32(1 - KNEE)
_TOP = np.float32(((PEAK / WHITE - KNEE) / (1 - KNEE)) ** 2)
_LUMA = tuple(np.float32(weight) for weight in (0.2627, 0.6780, 0.0593))  # BT.2020
_LAST, _ZERO, _HALF, _ONE = np.float32(_STEPS - 1), np.float32(0), np.float32(0.5), np.float32(1)


def _pass(  # noqa: PLR0917  (compiled code takes arrays, not bundles of them)
    reds: Any, greens: Any, blues: Any, light: Any, gain: Any, mix: Any, knee: Any, gamma: Any, out: Any
) -> None:
    """Above the knee light is bent so that PEAK comes to 1 (Reinhard et al., 2002, eq. 4)."""
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            red, green, blue = light[reds[y, x]], light[greens[y, x]], light[blues[y, x]]
            luma = _LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue
            factor = gain[int(np.sqrt(min(luma, _ONE)) * _LAST + _HALF)]
            r = (mix[0, 0] * red + mix[0, 1] * green + mix[0, 2] * blue) * factor
            g = (mix[1, 0] * red + mix[1, 1] * green + mix[1, 2] * blue) * factor
            b = (mix[2, 0] * red + mix[2, 1] * green + mix[2, 2] * blue) * factor
            brightest = max(r, max(g, b))  # noqa: PLW3301  (the compiler knows max of two alone)
            if brightest > knee:
                above = (brightest - _KNEE) / _REST
                bent = (_KNEE + _REST * above * (_ONE + above / _TOP) / (_ONE + above)) / brightest
                r, g, b = r * bent, g * bent, b * bent
            out[y, x, 0] = gamma[int(np.sqrt(min(max(r, _ZERO), _ONE)) * _LAST + _HALF)]
            out[y, x, 1] = gamma[int(np.sqrt(min(max(g, _ZERO), _ONE)) * _LAST + _HALF)]
            out[y, x, 2] = gamma[int(np.sqrt(min(max(b, _ZERO), _ONE)) * _LAST + _HALF)]
