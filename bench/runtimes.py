"""Each part of the networks against other ways to run it here: `python -m bench.runtimes [NETWORK ...] [--rounds 5]`.

Published: PyTorch as it comes. Ours: what `precision: fast` (of LivePortrait, fp32) takes. The others are given the
published part: torch.compile, which needs a C++ compiler; ONNX Runtime and OpenVINO, which Duet does not need: install
onnxruntime, onnx, onnxscript and openvino beside it. Processor time on one thread, turn by turn: what else the machine
does and how threads wait for one another is left out.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from bench._parts import PARTS, Part
from networks import kernels

LARGEST_ERROR = 1e-3
"""Of the largest value: a way that is further off is no way to run it."""

Run = Callable[[], Tensor]


def published(part: Part) -> Run:
    """PyTorch, eager."""
    return lambda: part.published(*part.inputs)


def compiled(part: Part) -> Run:
    """PyTorch's compiler."""
    fast = torch.compile(part.published)
    return lambda: fast(*part.inputs)


def exported(part: Part, folder: Path) -> tuple[Path, list[str]]:
    """The part as an ONNX file, and the names of its inputs."""
    file, names = folder / "part.onnx", [f"input{number}" for number in range(len(part.inputs))]
    torch.onnx.export(part.published, part.inputs, str(file), input_names=names, opset_version=20, verbose=False)
    return file, names


def by_onnxruntime(part: Part) -> Run:
    """ONNX Runtime, on the CPU, all optimizations."""
    runtime = importlib.import_module("onnxruntime")
    with tempfile.TemporaryDirectory() as folder:
        file, _ = exported(part, Path(folder))
        options = runtime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        session = runtime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    given = {each.name: x.numpy() for each, x in zip(session.get_inputs(), part.inputs, strict=True)}
    return lambda: torch.from_numpy(session.run(None, given)[0])


def by_openvino(part: Part) -> Run:
    """OpenVINO, on the CPU, in float32, for latency."""
    openvino = importlib.import_module("openvino")
    with tempfile.TemporaryDirectory() as folder:
        file, _ = exported(part, Path(folder))
        hints = {
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
            "PERFORMANCE_HINT": "LATENCY",
        }
        model = openvino.Core().compile_model(str(file), "CPU", hints)
    given = [x.numpy() for x in part.inputs]
    return lambda: torch.from_numpy(np.array(model(given)[0]))


WAYS: dict[str, Callable[[Part], Run]] = {
    "published": published,
    "ours": lambda part: part.ours,
    "torch.compile": compiled,
    "onnxruntime": by_onnxruntime,
    "openvino": by_openvino,
}


def version_of(way: str) -> str:
    """As it is told beside the table."""
    name = "torch" if way in ("published", "torch.compile") else way
    return f"{way} {importlib.import_module(name).__version__}"


def race(name: str, part: Part, rounds: int) -> None:
    """One line: processor milliseconds of the published part, and how many times as fast each way is."""
    runs: dict[str, Run] = {}
    told: dict[str, str] = {}
    wanted = torch.zeros(1)
    for way, make in WAYS.items():
        try:
            runs[way] = make(part)
            first = runs[way]()
        except Exception as problem:
            told[way] = type(problem).__name__
            runs.pop(way, None)
            continue
        if way == "published":
            wanted = first
        off = float((first - wanted).abs().max()) / float(wanted.abs().max())
        told[way] = "" if off < LARGEST_ERROR else "differs"
    seconds: dict[str, list[float]] = {way: [] for way in runs}
    for _ in range(rounds):
        for way, run in runs.items():
            start = time.process_time()
            run()
            seconds[way].append(time.process_time() - start)
    line = f"{name:24}{statistics.median(seconds['published']) * 1e3:9.0f}"
    for way in list(WAYS)[1:]:
        if way not in seconds:
            line += f"{told[way][:13]:>15}"
            continue
        ratio = statistics.median(a / b for a, b in zip(seconds["published"], seconds[way], strict=True))
        line += f"{f'{ratio:.2f} {told[way]}'.strip():>15}"
    print(line, flush=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Each part of the networks against other ways to run it.")
    parser.add_argument("networks", nargs="*", choices=[*PARTS, []], help="; ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    versions = []
    for way in [way for way in WAYS if way != "ours"]:
        try:
            versions.append(version_of(way))
        except ImportError:
            versions.append(f"no {way}")
    print(f"{', '.join(versions)}; {options.threads} threads, {options.rounds} rounds")
    print(f"ours: {kernels.status().reason}\n")
    print(f"{'':24}{'ms':>9}" + "".join(f"{way:>15}" for way in list(WAYS)[1:]))
    with torch.inference_mode():
        for network in options.networks or PARTS:
            for name, part in PARTS[network]().items():
                race(name, part, options.rounds)


if __name__ == "__main__":
    main()
