"""What the checks say of a result, in a few lines; and what follows from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from foundation.artifacts import ArtifactStore
from foundation.errors import CheckError
from pipeline.plan.made import facts_of
from quality.row import Row
from quality.verdict import told
from stages.contracts.check import CONTRACT
from stages.findings import Verdict as Judged


@dataclass(frozen=True)
class Verdict:
    """`rows`: every check, as quality.verdict makes them; none of a task that checks nothing."""

    rows: tuple[Row, ...]

    @property
    def failed(self) -> list[Row]:
        return [row for row in self.rows if row.status == "fail"]

    @property
    def lines(self) -> list[str]:
        """One sentence for all of them, then a line for each that failed or is worth a look."""
        lines = [f"FAILED  {told(row)}" for row in self.failed]
        lines += [f"look    {told(row)}" for row in self.rows if row.status == "warn"]
        return [self.sentence, *lines]

    @property
    def sentence(self) -> str:
        """Whether the result is good, and of how many checks that is said."""
        counts = Counter(row.status for row in self.rows)
        apply = len(self.rows) - counts["unmeasured"]
        rest = f" ({counts['unmeasured']} others do not apply to it)" if counts["unmeasured"] else ""
        if not self.rows:
            return "not checked"
        if counts["fail"]:
            return f"not good: {counts['fail']} of {apply} checks failed{rest}"
        if counts["warn"]:
            verb = "deserves" if counts["warn"] == 1 else "deserve"
            return f"usable: none of {apply} checks failed, {counts['warn']} {verb} a look{rest}"
        return f"good: all {apply} checks hold{rest}"

    def place(self, target: Path) -> Path:
        """Where the result goes: a failed one does not take the place of a good one."""
        return failed_name(target) if self.failed else target

    def refuse(self, file: Path) -> None:
        """Raises: CheckError naming every check that failed."""
        if self.failed:
            problem = "; ".join(told(row) for row in self.failed)
            cure = "look at it; checks.limits in the manifest sets what must hold, docs/checks.md says what it means"
            raise CheckError(problem, file=file, stage="check", cure=cure)


def failed_name(target: Path) -> Path:
    """The name of a result that failed its checks, in place of `target`."""
    return target.with_name(f"{target.stem}.failed{target.suffix}")


def verdict_of(checked: Judged, store: ArtifactStore) -> Verdict:
    """What the checks say.

    Raises:
        Spoilt: their artifact is gone.
    """
    return Verdict(facts_of(CONTRACT, store.need(checked.stage, checked.key)).checks)
