"""A desk over an empty folder, and a browser of our own for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the desk's packages are not installed: make desk")

from fastapi.testclient import TestClient

from pipeline.desk.app import desk
from pipeline.desk.folder import Folder
from pipeline.desk.projects import Projects
from pipeline.desk.queue import Queue
from pipeline.desk.security import Access

HERE = "http://localhost:8765"
Open = Callable[..., TestClient]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the desk shows; beside it lies what it must not show."""
    (tmp_path / "secret.yaml").write_text("version: 1\noutput: secret\n")
    found = tmp_path / "shown"
    found.mkdir()
    return found.resolve()


@pytest.fixture
def open_desk(folder: Path) -> Open:
    """Opens the desk; keywords are headers."""

    def client(*, access: Access | None = None, at: str = HERE, **headers: str) -> TestClient:
        projects = Projects(Folder.at(folder, folder / "work"))
        app = desk(projects, Queue(projects.folder, projects.opened), access or Access("127.0.0.1"))
        return TestClient(app, base_url=at, headers={"origin": at} | headers, follow_redirects=False)

    return client


@pytest.fixture
def browser(open_desk: Open) -> TestClient:
    return open_desk()
