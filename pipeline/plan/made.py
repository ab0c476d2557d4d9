"""What finished tasks made, by the handles that a plan has of it."""

from __future__ import annotations

from pathlib import Path

from foundation.artifacts import Artifact, ArtifactStore
from foundation.errors import StageError
from stages.contract import A, Contract, F, I, S
from stages.handles import Handle


def artifact_of(store: ArtifactStore, made: Handle) -> Artifact:
    """The artifact.

    Raises:
        Spoilt: it is gone.
    """
    return store.need(made.stage, made.key)


def folder_of(store: ArtifactStore, made: Handle) -> Path:
    """Where the artifact lies, or will lie."""
    return store.folder(made.stage, made.key)


def facts_of(contract: Contract[S, I, F, A], artifact: Artifact) -> F:
    """What the stage said of its work.

    Raises:
        StageError: the label is damaged.
    """
    try:
        return contract.read_facts(artifact.facts)
    except ValueError as error:
        problem = f"its label is damaged: {error}"
        raise StageError(problem, file=artifact.folder, cure="remove that folder, run again") from error
