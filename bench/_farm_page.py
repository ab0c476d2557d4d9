"""What docs/farm.md tells of farms that were simulated, and its plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

GB = 1e9
COLOURS = ("#1464d2", "#a96500")


@dataclass(frozen=True)
class Checks:
    """How far the simulation is off, by a short version of the job.

    Attributes:
        seconds: by workers, simulated with what its tasks took, and real.
        processor: seconds of all tasks, predicted and real.
    """

    seconds: dict[int, tuple[float, float]]
    processor: tuple[float, float]


@dataclass(frozen=True)
class Simulated:
    """A job's figures.

    Attributes:
        job: what it is.
        tasks: how many.
        stages: of each, the processor seconds and the bytes that it writes.
        chain: the longest chain of tasks that wait for one another: seconds by stage.
        machines: seconds, by how many there are.
        checks: of a short version.
    """

    job: str
    tasks: int
    stages: dict[str, tuple[float, float]]
    chain: dict[str, float]
    machines: dict[int, float]
    checks: Checks


def page(about: Mapping[str, str], jobs: Sequence[Simulated]) -> str:
    """The section. `about`: where and when, as in bench.speed.machine."""
    told = f"Simulated on {about['date']} with what {about['machine']}, Python {about['python']}, took, by "
    parts = [told + "`python -m bench.scale --write`: a machine is one core with one worker.\n", _table(jobs)]
    parts += map(_about, jobs)
    parts.append("![How many times as fast on so many machines](farm.png)\n")
    return "\n".join(parts)


def _table(jobs: Sequence[Simulated]) -> str:
    counts = list(jobs[0].machines)
    lines = ["| job | " + " | ".join(map(str, counts)) + " machines |", "|---|" + "---|" * len(counts)]
    for job in jobs:
        lines.append(f"| {job.job} | " + " | ".join(clock(job.machines[count]) for count in counts) + " |")
    return "\n".join(lines) + "\n"


def _about(job: Simulated) -> str:
    """Its tasks, by stage; the chain that no farm shortens; how far the simulation was off."""
    lines = [f"**{job.job}**: {job.tasks} tasks.\n", "| stage | processor seconds | GB written |", "|---|---|---|"]
    rows = sorted(job.stages.items(), key=lambda item: -item[1][0])
    for stage, (seconds, size) in rows:
        if seconds >= 1 or size >= GB / 10:
            lines.append(f"| {stage} | {seconds:.0f} | {size / GB:.2f} |")
    seconds, size = (sum(each[column] for _, each in rows) for column in range(2))
    lines.append(f"| all | {seconds:.0f} | {size / GB:.2f} |\n")
    chain, longest = (
        ", ".join(f"{stage} {clock(each)}" for stage, each in job.chain.items() if each >= 1),
        sum(job.chain.values()),
    )
    lines.append(
        f"No farm is faster than the longest chain of tasks, {clock(longest)} ({chain}): one part in "
        f"{seconds / longest:.0f} of the processor time."
    )
    told = [f"processor seconds {_pair(job.checks.processor)}"]
    told += [f"{count} worker{'s' * (count > 1)} {_pair(pair)}" for count, pair in job.checks.seconds.items()]
    lines.append(f"A short version of the job, simulated and rendered: {'; '.join(told)}.")
    return "\n".join(lines) + "\n"


def _pair(pair: tuple[float, float]) -> str:
    """On paper and in fact."""
    paper, fact = pair
    return f"{paper:.0f} s and {fact:.0f} s ({100 * (paper / fact - 1):+.1f} %)"


def clock(seconds: float) -> str:
    """1:02:03, 2:03 or 4 s."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}" if whole >= 60 else f"{whole} s"


def plot(jobs: Sequence[Simulated], path: Path) -> None:
    """How many times as fast so many machines are, for each job."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for job, colour in zip(jobs, COLOURS, strict=False):
        times = list(job.machines.values())
        axes.plot(list(job.machines), [times[0] / each for each in times], marker="o", color=colour, label=job.job)
    counts = list(jobs[0].machines)
    axes.plot(counts, counts, linestyle=":", color="#888888", label="as many times as machines")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    axes.set_xlabel("machines of one core")
    axes.set_ylabel("times as fast as one")
    axes.legend(fontsize=8)
    figure.savefig(path, dpi=110)
