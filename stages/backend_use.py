"""Landmark backends as stages use them."""

from __future__ import annotations

from foundation.subject import Square
from landmarks import load_backend
from landmarks.base import LandmarkBackend
from landmarks.square import SquareBackend
from stages.contracts.shared import Backend


def backend_for(backend: Backend, square: Square | None) -> LandmarkBackend:
    """What looks for the subject: the backend, or, of a square that is moved whole, what knows its corners."""
    return load_backend(backend.name) if square is None else SquareBackend(square)
