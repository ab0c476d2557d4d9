"""Ways to compute a network against its published loop, turn by turn.

All variants take turns frame by frame, each in a process of its own, so that whatever else the machine does falls on
all alike; trust the ratios, not the milliseconds. Weights are stand-ins: the work is the network's, the picture is not.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from bench._memory import peak_memory
from networks import kernels

ROOT = Path(__file__).resolve().parents[1]
BASELINE = "baseline"
LENGTHS = (3, 12)
"""Frames of the two clips after which the peak of memory is told."""
Render = Callable[[Tensor], Tensor]
Build = Callable[[str], tuple[Render, str]]
"""A variant by its name, and which way it takes here."""


@dataclass(frozen=True)
class Race:
    """What is compared.

    Attributes:
        name: of the network.
        module: whose command line it is.
        variants: the first is BASELINE.
        build: makes them; a function of that module.
    """

    name: str
    module: str
    variants: tuple[str, ...]
    build: Build


def pictures() -> tuple[Tensor, Tensor]:
    """A source (1, 3, 256, 256) and driving frames (4, 3, 256, 256), from scikit-image."""
    import skimage.data

    person = skimage.data.astronaut()[0:256, 96:352] / 255
    cat = skimage.data.chelsea()[0:256, 100:356] / 255
    mix = [(1 - k / 4) * cat + k / 4 * np.roll(person[:, ::-1], (2 * k, -4 * k), axis=(0, 1)) for k in range(4)]
    stack = torch.from_numpy(np.stack([person, *mix]).astype(np.float32)).permute(0, 3, 1, 2)
    return stack[:1].contiguous(), stack[1:].contiguous()


class Runner:
    """A variant in a process of its own, as its users run it: what one keeps in memory does not serve another."""

    def __init__(self, build: Build, variant: str, threads: int) -> None:
        context = get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(build, variant, threads, theirs), daemon=True)
        self._process.start()

    def path(self) -> str:
        """Waits until it is ready."""
        return str(self._ours.recv())

    def render(self, frame: int) -> tuple[float, Tensor]:
        """Seconds, and the picture."""
        self._ours.send(frame)
        seconds, picture = self._ours.recv()
        return float(seconds), torch.from_numpy(picture)

    def close(self) -> None:
        """Let the process end, and wait until it has."""
        self._ours.send(None)
        self._process.join()


def _serve(build: Build, variant: str, threads: int, pipe: Connection) -> None:
    torch.set_num_threads(threads)
    render, path = build(variant)
    frames = pictures()[1]
    pipe.send(path)
    while (number := pipe.recv()) is not None:
        frame = frames[number][None]
        start = time.perf_counter()
        picture = render(frame)
        pipe.send((time.perf_counter() - start, picture.numpy()))


def compare(race: Race, rounds: int, threads: int, told: Path | None = None) -> None:
    """Print the table; write the median milliseconds of each variant to `told`."""
    runners = {variant: Runner(race.build, variant, threads) for variant in race.variants}
    paths = {variant: runner.path() for variant, runner in runners.items()}
    seconds: dict[str, list[float]] = {variant: [] for variant in race.variants}
    errors: dict[str, list[Tensor]] = {variant: [] for variant in race.variants}
    for turn in range(rounds + 1):
        made = {variant: runner.render(turn % len(pictures()[1])) for variant, runner in runners.items()}
        if not turn:  # the first round warms up
            continue
        for variant, (elapsed, picture) in made.items():
            seconds[variant].append(elapsed)
            errors[variant].append(((picture - made[BASELINE][1]) * 255).double())
    for runner in runners.values():
        runner.close()
    print(f"{race.name}, {threads} threads, {rounds} rounds; kernels: {kernels.status().reason}\n")
    print(f"{'':10}{'ms':>7}{'ratio':>8}{'[min, max]':>15}{'max error':>11}{'PSNR':>8}{'peak MB':>12}  path")
    for variant, taken in seconds.items():
        ratios = [base / own for base, own in zip(seconds[BASELINE], taken, strict=True)]
        off = torch.stack(errors[variant])
        mean_square = float((off**2).mean())
        psnr = f"{10 * np.log10(255**2 / mean_square):.1f}" if mean_square else "same"
        spread = f"[{min(ratios):.2f}, {max(ratios):.2f}]"
        line = f"{variant:10}{statistics.median(taken) * 1e3:7.0f}{statistics.median(ratios):8.2f}{spread:>15}"
        memory = "/".join(f"{memory_of(race, variant, frames):.0f}" for frames in LENGTHS)
        print(f"{line}{float(off.abs().max()):11.4f}{psnr:>8}{memory:>12}  {paths[variant]}")
    if told:
        medians = {variant: round(statistics.median(taken) * 1e3, 1) for variant, taken in seconds.items()}
        told.write_text(json.dumps(medians), encoding="utf-8")


def memory_of(race: Race, variant: str, frames: int) -> float:
    """Peak resident megabytes of a process that loads the model and renders so many frames."""
    command = [sys.executable, "-m", race.module, "--memory", variant, "--frames", str(frames)]
    return peak_memory(command, ROOT) / 2**20


def main(race: Race) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=f"How fast {race.name} runs here, against the published loop.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--memory", choices=race.variants, help="render with this variant alone")
    parser.add_argument("--frames", type=int, default=LENGTHS[0], help="so many of them")
    parser.add_argument("--json", type=Path, help="keep the median milliseconds")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if not arguments.memory:
        compare(race, arguments.rounds, arguments.threads, arguments.json)
        return
    render, _ = race.build(arguments.memory)
    for frame in islice(cycle(pictures()[1]), arguments.frames):
        render(frame[None])
