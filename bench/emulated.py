"""What the networks ask of a card, on a stand-in for one: `python -m bench.emulated`.

The published sizes with stand-in weights, on what tests use in a card's place. First how often a group makes the card
start something and the host wait; then what TF32 would cost, by rounding on the CPU as a card rounds.
"""

from __future__ import annotations

import torch

from bench.gpu import NETWORKS, clip, decibels
from networks.grouping import Grouping
from tests.fakes.away import AWAY, Rounding, away

FRAMES = 2
WAYS: dict[str, Rounding] = {"never": "never", "as Duet sets PyTorch": "as set", "as PyTorch does": "by default"}


def main() -> None:
    """Print a row for each network and each way to round."""
    frames = clip(FRAMES)
    print(f"{'network':<14}{'launches':>10}{'waits':>7}  products in TF32      largest difference      dB")
    for name, made in NETWORKS.items():
        wanted: torch.Tensor | None = None
        for way, rounding in WAYS.items():
            with away(tf32=rounding) as card:
                model, animator = made(AWAY, "fp32", tiny=False)
                model.grouping = Grouping(FRAMES)
                given = frames.to(AWAY)
                card.launched = 0
                card.waits.clear()
                tried = animator.tried(given)
                launched, waits = card.launched, card.waits.total()
                found = tried.pictures.cpu()
            wanted = found if wanted is None else wanted
            most = float((found - wanted).abs().max())
            print(
                f"{name:<14}{launched:>10}{waits:>7}  {way:<22}{most:>18.2e}{decibels(found, wanted):>8.1f}", flush=True
            )


if __name__ == "__main__":
    main()
