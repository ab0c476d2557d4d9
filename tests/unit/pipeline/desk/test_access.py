"""Who is let in, and what is not shown to anybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from foundation.errors import InputError, ManifestError
from pipeline.desk.folder import Folder
from pipeline.desk.security import MAX_BODY, Access
from tests.delivered import write_manifest
from tests.unit.pipeline.desk.conftest import HERE, Open

TOKEN = "sixteen letters, or more"  # noqa: S105  (a test's own)
LAN = "http://desk.example:8765"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "desk.example"])  # noqa: S104  (refused is what it is)
def test_other_machines_need_a_token(host: str) -> None:
    with pytest.raises(ManifestError, match="--token"):
        Access(host)
    Access(host, TOKEN)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_this_machine_needs_none(host: str) -> None:
    Access(host)


def test_a_short_token_is_refused() -> None:
    with pytest.raises(ManifestError, match="guessed"):
        Access("127.0.0.1", "short")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "localhost.evil.example", "", "192.168.1.4"])
def test_a_foreign_host_is_refused(browser: TestClient, host: str) -> None:
    assert browser.get("/", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8765", "[::1]:8765", "LOCALHOST:8765"])
def test_names_of_this_machine_are_taken(browser: TestClient, host: str) -> None:
    assert browser.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["", "null", "http://evil.example", "http://localhost", "http://localhost:1", "file://"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_foreign_origin_changes_nothing(browser: TestClient, origin: str, method: str) -> None:
    assert browser.request(method, "/", headers={"origin": origin}).status_code == 403


def test_a_token_is_asked_for_and_kept_in_a_cookie(open_desk: Open) -> None:
    browser = open_desk(access=Access("0.0.0.0", TOKEN), at=LAN)  # noqa: S104  (that is what is tested)
    assert browser.get("/").status_code == 401
    assert browser.get("/static/desk.css").status_code == 401
    assert browser.get("/", params={"token": TOKEN[:-1]}).status_code == 401
    assert browser.post("/", params={"token": TOKEN}).status_code == 401
    let_in = browser.get("/", params={"token": TOKEN, "a": "b"})
    assert (let_in.status_code, let_in.headers["location"]) == (303, "/?a=b")
    cookie = let_in.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert browser.get("/").status_code == 200


def test_a_program_gives_the_token_in_a_header(open_desk: Open) -> None:
    browser = open_desk(access=Access("0.0.0.0", TOKEN), at=LAN, authorization=f"Bearer {TOKEN}")  # noqa: S104
    assert browser.get("/").status_code == 200


def test_large_requests_are_refused_before_they_are_read(browser: TestClient) -> None:
    assert browser.post("/", content=b"x" * (MAX_BODY + 1)).status_code == 413


def test_pages_run_no_script_but_the_desks(browser: TestClient) -> None:
    headers = browser.get("/").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"


OUTSIDE = [
    "../secret.yaml",
    "..%2fsecret.yaml",
    "%2e%2e/secret.yaml",
    "%2fetc/passwd",
    "link.yaml",
    "a/../../secret.yaml",
]


@pytest.mark.parametrize(
    "name",
    [
        *OUTSIDE,
        ".hidden.yaml",
        "linked/secret.yaml",
        "none.yaml",
        "a%00.yaml",
        "",
        "text.yaml",
        "circle.yaml",
        "x" * 300 + ".yaml",
    ],
)
def test_nothing_outside_the_folder_is_shown(browser: TestClient, folder: Path, name: str) -> None:
    write_manifest(folder, ".hidden.yaml")
    (folder / "link.yaml").symlink_to(folder.parent / "secret.yaml")
    (folder / "linked").symlink_to(folder.parent)
    (folder / "circle.yaml").symlink_to("circle.yaml")
    (folder / "text.yaml").write_text("version: of something else\n")
    assert browser.get(f"{HERE}/poster/{name}").status_code == 404
    assert "secret" not in browser.get("/").text


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        Folder.at(tmp_path / "none", tmp_path)
