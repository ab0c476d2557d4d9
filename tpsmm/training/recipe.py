"""A config's sections to the legs of a run."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from tpsmm.model import Model
from tpsmm.training.landmark import KeypointObjective, PairObjective, Weights
from tpsmm.training.leg import Leg, Objective, cosine
from tpsmm.training.settings import LegParams, SupervisionParams


def supervised_legs(params: SupervisionParams, side: int) -> list[Leg]:
    """The legs of a run with landmarks as teachers; `side`: of the pictures, where a leg names none."""
    return [_leg(leg, replace(Weights(), **params.weights), side) for leg in params.legs]


def _leg(params: LegParams, weights: Weights, side: int) -> Leg:
    objective = partial(_objective, params, replace(weights, **params.weights), params.side or side)
    return Leg(params.name, params.steps, params.batch, objective, cosine(params.lr, params.steps))


def _objective(params: LegParams, weights: Weights, side: int, model: Model) -> Objective:
    if params.train == "keypoints":
        return KeypointObjective(model, weights, side)
    paint = params.train == "picture"
    return PairObjective(model, weights, side, predicted=params.predicted, paint=paint, noise=params.noise)
