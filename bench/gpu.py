"""Whether every network is right on this card, then how fast: `python -m bench.gpu [--tiny] [--keep]`.

Needs PyTorch, NumPy, scikit-image and the checkout: no codec, no landmarks. Weights are stand-ins. The CPU's numbers,
which tests hold against the published networks', are what a card's are compared with. Without a card the same steps run
on the CPU, which says nothing about a card. Exit code 1 where something does not hold.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

import fomm
import liveportrait
import tpsmm
from bench._race import ROOT, pictures
from fomm.stand_in import stand_in_checkpoint as fomm_weights
from foundation.devices import GROUP
from liveportrait.sizes import PUBLISHED
from liveportrait.stand_in import stand_in_weights
from networks.grouping import Grouping, Tried
from networks.stream import render_stream
from tests.tiny_networks import FOMM, LIVEPORTRAIT
from tpsmm.stand_in import stand_in_checkpoint as tpsmm_weights

PRECISIONS = ("fp32", "fp16", "bf16")
LEAST_DB = {"fp32": 80.0, "fp16": 60.0, "bf16": 45.0}
"""Against the CPU's fp32."""
GROUPS = (1, 4, 8, 16, 32)
CONFIGS = ROOT / "configs" / "models"


class Model(Protocol):
    """What the networks' models have in common."""

    grouping: Grouping


class Animator(Protocol):
    """What their animators have in common."""

    @property
    def device(self) -> torch.device: ...
    @property
    def group(self) -> int: ...
    def render(self, frames: Tensor) -> Tensor: ...
    def tried(self, frames: Tensor, /) -> Tried: ...


Made = tuple[Model, Animator]


def of_tpsmm(device: str, precision: str, *, tiny: bool) -> Made:
    """The Thin-Plate Spline Motion Model; the compact one where it is to be small."""
    config = tpsmm.load_config(CONFIGS / ("duet-128.yaml" if tiny else "vox-256.yaml"))
    model = tpsmm.load_model(config, tpsmm_weights(config), device=device, precision=precision)
    source, frames = pictures()
    return model, tpsmm.Animator(model, source, initial=frames[:1])


def of_fomm(device: str, precision: str, *, tiny: bool) -> Made:
    """The First Order Motion Model."""
    config = fomm.load_config({"model_params": FOMM} if tiny else CONFIGS / "fomm" / "vox-256.yaml")
    model = fomm.load_model(config, fomm_weights(config), device=device, precision=precision)
    source, frames = pictures()
    return model, fomm.Animator(model, source, initial=frames[:1])


def of_liveportrait(device: str, precision: str, *, tiny: bool) -> Made:
    """LivePortrait."""
    sizes = LIVEPORTRAIT if tiny else PUBLISHED
    model = liveportrait.load_model(stand_in_weights(sizes), device=device, precision=precision, sizes=sizes)
    source, frames = pictures()
    return model, liveportrait.Animator(model, source, model.info(frames[:1]), liveportrait.Options())


NETWORKS: dict[str, Callable[..., Made]] = {"tpsmm": of_tpsmm, "fomm": of_fomm, "liveportrait": of_liveportrait}


@dataclass
class Told:
    """What was found, and whether all of it holds."""

    rows: list[dict[str, object]]
    held: bool = True

    def must(self, holds: bool, what: str, figure: str) -> None:
        """A line for people, a row for machines."""
        print(f"{'PASS' if holds else 'FAIL'}  {what}: {figure}", flush=True)
        self.rows.append({"what": what, "holds": holds, "figure": figure})
        self.held &= holds

    def found(self, what: str, **figures: float) -> None:
        """The same of a figure that nothing is asked of."""
        print(f"      {what}: " + ", ".join(f"{name} {value:g}" for name, value in figures.items()), flush=True)
        self.rows.append({"what": what, **figures})


def clip(count: int) -> Tensor:
    """(count, 3, 256, 256), all different."""
    frames = pictures()[1]
    return torch.stack([torch.roll(frames[n % 4], (n // 4, -(n // 3)), dims=(1, 2)) for n in range(count)])


def decibels(one: Tensor, two: Tensor) -> float:
    """Peak signal to noise ratio; infinite where nothing differs."""
    error = float((one.double().cpu() - two.double().cpu()).square().mean())
    return 10 * math.log10(1 / error) if error else math.inf


def right(told: Told, name: str, device: str, *, tiny: bool) -> None:
    """Numbers near the CPU's, bits that do not depend on groups, nothing that is no number."""
    count = 3 if tiny else 6
    frames = clip(count)
    wanted = NETWORKS[name]("cpu", "fp32", tiny=tiny)[1].render(frames)
    for precision in PRECISIONS if device == "cuda" else ("fp32",):
        animator = NETWORKS[name](device, precision, tiny=tiny)[1]
        whole = animator.tried(frames.to(device))
        label = f"{name}, {precision}"
        db = decibels(whole.pictures, wanted)
        told.must(db >= LEAST_DB[precision], f"{label} against the CPU's fp32", f"{db:.1f} dB")
        told.must(bool(whole.sound.all()), f"{label}, nothing overflows", f"{int(whole.sound.sum())} of {count}")
        parts = torch.cat([animator.render(frames[:1]), animator.render(frames[1:])])
        same = torch.equal(parts, whole.mended())
        told.must(same, f"{label}, bits do not depend on where a span ends", "equal" if same else "they differ")


def fast(told: Told, name: str, device: str, *, tiny: bool) -> None:
    """Milliseconds a frame by the size of groups, and pictures in and out as bytes."""
    for precision in PRECISIONS if device == "cuda" else ("fp32",):
        model, animator = NETWORKS[name](device, precision, tiny=tiny)
        for group in GROUPS if device == "cuda" else (1,):
            model.grouping = Grouping(group)
            frames = clip(group).to(device)
            if device == "cuda":
                torch.cuda.reset_peak_memory_stats()
            taken = seconds(lambda frames=frames, shown=animator: shown.tried(frames), device)  # type: ignore[misc]
            memory = torch.cuda.max_memory_allocated() / 2**20 if device == "cuda" else 0.0
            count, copies = launches(lambda frames=frames, shown=animator: shown.tried(frames), device)  # type: ignore[misc]
            told.found(
                f"{name}, {precision}, groups of {group}",
                launched=count,
                copies=copies,
                ms_a_frame=round(1e3 * taken / group, 3),
                peak_mb=round(memory),
            )
        model.grouping = Grouping(GROUP if device == "cuda" else 1)
        count = 3 if tiny else 8 * GROUP if device == "cuda" else 8
        given = as_bytes(clip(count))
        list(render_stream(animator, given[:3]))
        began = time.perf_counter()
        made = sum(1 for _ in render_stream(animator, given))
        told.found(
            f"{name}, {precision}, stream of bytes", frames_a_second=round(made / (time.perf_counter() - began), 1)
        )


def launches(work: Callable[[], object], device: str) -> tuple[int, int]:
    """Kernels and copies on a card, operations on a CPU; and how many of them copy."""
    activity = ProfilerActivity.CUDA if device == "cuda" else ProfilerActivity.CPU
    with profile(activities=[activity]) as seen:
        work()
    names = [event.name.lower() for event in seen.events() or ()]
    return len(names), sum("memcpy" in name or name == "aten::copy_" for name in names)


def as_bytes(frames: Tensor) -> list[NDArray[np.uint8]]:
    """Each (H, W, 3)."""
    return [(frame.permute(1, 2, 0) * 255).round().byte().numpy() for frame in frames]


def seconds(work: Callable[[], object], device: str) -> float:
    """The median of repeated runs, after one to warm up."""

    def once() -> float:
        began = time.perf_counter()
        work()
        if device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - began

    once()
    return statistics.median(once() for _ in range(3 if device == "cpu" else 10))


def environment(device: str) -> dict[str, object]:
    """Where and when."""
    where: dict[str, object] = {"date": datetime.now(UTC).date().isoformat(), "torch": torch.__version__}
    if device != "cuda":
        return where | {"card": "none: on the CPU, which says nothing about a card"}
    card = torch.cuda.get_device_properties(0)
    return where | {"card": card.name, "memory_gb": round(card.total_memory / 2**30, 1), "cuda": torch.version.cuda}


def steps(wanted: list[str]) -> Iterator[tuple[Callable[..., None], str]]:
    """What is right comes before what is fast."""
    for step in (right, fast):
        for name in wanted:
            yield step, name


def main() -> int:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(prog="python -m bench.gpu", description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="small networks: to try the steps")
    parser.add_argument("--only", choices=NETWORKS, action="append", help="this network, again for more")
    parser.add_argument("--seconds", type=float, default=420, help="what is not begun by then is left out, with a line")
    parser.add_argument("--keep", action="store_true", help="write bench/results/gpu-CARD-DATE.json")
    parser.add_argument("--out", type=Path, help="write it there")
    options = parser.parse_args()
    device, began = "cuda" if torch.cuda.is_available() else "cpu", time.monotonic()
    where, told = environment(device), Told([])
    print(", ".join(f"{name} {value}" for name, value in where.items()), flush=True)
    for step, name in steps(options.only or list(NETWORKS)):
        if time.monotonic() - began > options.seconds:
            print(f"SKIP  {name}, {step.__name__}: no time left")
            continue
        step(told, name, device, tiny=options.tiny)
    out = options.out
    if options.keep:
        card = re.sub(r"\W+", "-", str(where["card"])).strip("-").lower()
        out = ROOT / "bench" / "results" / f"gpu-{card}-{where['date']}.json"
    if out:
        out.write_text(json.dumps({**where, "rows": told.rows}, indent=1) + "\n", encoding="utf-8")
    return 0 if told.held else 1


if __name__ == "__main__":
    raise SystemExit(main())
