"""Any task survives its file, and any graph gives what is needed, in order."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.errors import ManifestError
from pipeline.plan.graph import Graph
from pipeline.plan.task import FileInput, Task
from stages import STAGES
from stages.artifacts import Frames
from stages.contracts import passes
from stages.crops import Crop
from tests.strategies import values_of


@pytest.mark.parametrize("stage", list(STAGES))
@settings(max_examples=8)
@given(drawn=st.data())
def test_a_task_survives_its_file(stage: str, drawn: st.DataObject) -> None:
    contract = STAGES[stage].contract()
    how, what = drawn.draw(values_of(contract.settings)), drawn.draw(values_of(contract.inputs))
    task = Task.of(contract, how, what, "ann", 3)
    told = json.loads(json.dumps(task.to_json()))
    again = Task.from_json(told)
    assert again == task
    assert again.key == task.key
    told["settings"]["unheard_of"] = 1
    with pytest.raises(ManifestError, match="is not a task file"):
        Task.from_json(told)


def made_of(number: int, needs: list[Task]) -> Task:
    """A task that reads what others make."""
    how = passes.Settings(fps=Fraction(25), frames=number, feather=0.1, passes=("matte",))
    what = passes.Inputs(crop=Crop(FileInput("crop", "0" * 64)), chunks=tuple(Frames(need.output) for need in needs))
    return Task.of(passes.CONTRACT, how, what)


@settings(max_examples=60)
@given(drawn=st.data(), size=st.integers(1, 12))
def test_what_is_needed_is_found_in_order_and_nothing_else(drawn: st.DataObject, size: int) -> None:
    graph = Graph()
    for number in range(size):
        needs = drawn.draw(st.lists(st.sampled_from(list(graph)), max_size=3)) if number else []
        graph.add(made_of(number, needs))
    keys = list(graph.tasks)
    wanted, done = (drawn.draw(st.sets(st.sampled_from(keys))) for _ in range(2))
    found = [task.key for task in graph.needed_for(wanted, done)]

    assert found == [key for key in keys if key in found]
    assert not set(found) & done
    assert wanted - done <= set(found)
    asked_for = wanted.union(*(graph.tasks[key].needs for key in found))
    assert set(found) <= asked_for  # nothing runs that nobody reads
    for number, key in enumerate(found):
        assert set(graph.tasks[key].needs) <= done.union(found[:number])
