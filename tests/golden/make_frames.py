"""Renews the golden frames whose versions were raised: python -m tests.golden.make_frames."""

from __future__ import annotations

import sys

import torch

from tests.golden.kept import FOLDER, Goldens


def main() -> int:
    """Tell what was renewed, and what was refused."""
    torch.set_num_threads(1)
    renewed, refused = Goldens().renew()
    told = [f"renewed {FOLDER / name}.png: look at it" for name in renewed] or ["nothing to renew"]
    sys.stdout.write("\n".join(told + [f"refused: {complaint}" for complaint in refused]) + "\n")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
