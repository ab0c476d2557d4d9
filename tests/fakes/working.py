"""A toy that workers know: it joins its inputs' words and its own name, or does what its name says."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from foundation.errors import InputError
from tests.fakes.stages import ToyFacts, ToyInputs, ToySettings, install_toy

IN_WORKERS = "from tests.fakes.stages import install_toy\nfrom tests.fakes.working import run\n\ninstall_toy(run)\n"
"""A sitecustomize.py: Python runs it in every process that finds it on PYTHONPATH."""
__all__ = ["IN_WORKERS", "install_toy", "run"]
LONG = 60.0


class AcceleratorError(RuntimeError):
    """As PyTorch calls what a device's driver says."""


def run(settings: ToySettings, inputs: ToyInputs, out: Path, report: Callable[[int, int], None]) -> ToyFacts:
    """Write `words`.

    A toy called "bad" is refused, "slow" takes a minute, the first worker of "dies" is killed, and the GPU of the first
    one of "device" fails, which it notes in the file TOY_MARK.
    """
    texts = [each.path for each in inputs.texts]
    report(0, 1)
    if settings.name == "bad":
        raise InputError("is no good")
    if settings.name == "slow":
        (out / "half").write_text("half")
        time.sleep(LONG)
    if settings.name in {"dies", "device"}:
        mark = Path(os.environ["TOY_MARK"]).with_suffix(f".{settings.name}")
        if not mark.exists():
            mark.touch()
            if settings.name == "dies":
                os.kill(os.getpid(), signal.SIGKILL)
            raise AcceleratorError("CUDA error: unspecified launch failure")
    words = [(text / "words").read_text(encoding="utf-8") for text in texts]
    (out / "words").write_text(" ".join([*words, settings.name]).strip(), encoding="utf-8")
    return ToyFacts(letters=len(settings.name))
