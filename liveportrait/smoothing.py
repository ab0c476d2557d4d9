"""Motion smoothed over time: a Kalman filter and Rauch, Tung and Striebel's smoother, each coordinate a random walk."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

PROCESS_VARIANCE, OBSERVATION_VARIANCE = 1e-5, 3e-7
"""Of the published code: how far a coordinate walks from frame to frame, and how far observations miss it."""
START_VARIANCE = 1.0


def smoothed(values: Tensor, observation_variance: float = OBSERVATION_VARIANCE) -> Tensor:
    """(N, ...) values over N frames, smoothed; the filter starts at the first one."""
    observed = values.double().cpu().numpy()
    count = len(observed)
    mean, known = observed.copy(), np.empty(count)  # after each observation: the estimate and its variance
    expected = START_VARIANCE
    for k in range(count):
        gain = expected / (expected + observation_variance)
        before = observed[0] if k == 0 else mean[k - 1]
        mean[k] = before + gain * (observed[k] - before)
        known[k] = (1 - gain) * expected
        expected = known[k] + PROCESS_VARIANCE
    for k in range(count - 2, -1, -1):
        mean[k] += known[k] / (known[k] + PROCESS_VARIANCE) * (mean[k + 1] - mean[k])
    return torch.from_numpy(mean).to(values)
