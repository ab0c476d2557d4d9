"""The notebook: executed as a reader would, and kept without what it printed."""

from __future__ import annotations

import base64
import re
import site
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from media.video.probe import probe
from tests.conftest import ROOT, copy_checkout

NOTEBOOK = Path("notebooks", "quickstart.ipynb")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))


def execute(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    return NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(folder)}}).execute()


def install(checkout: Path) -> None:
    """What `make install` makes, out of the packages that are here."""
    venv.create(checkout / ".venv", symlinks=True)
    packages = sysconfig.get_path("purelib", vars={"base": str(checkout / ".venv")})
    Path(packages, "duet.pth").write_text("\n".join([str(checkout), *site.getsitepackages()]))
    program = checkout / ".venv" / "bin" / "duet"
    start = "from run_pipeline import main\nif __name__ == '__main__':\n    main()\n"  # as pip writes it
    program.write_text(f"#!{checkout / '.venv' / 'bin' / 'python'}\n{start}")
    program.chmod(0o755)
    (checkout / ".venv" / ".installed").touch()


def test_what_it_printed_is_not_kept() -> None:
    notebook = nbformat.read(ROOT / NOTEBOOK, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(cells) == 3
    assert [(cell.outputs, cell.execution_count) for cell in cells] == [([], None)] * 3


def test_outside_of_a_checkout_it_asks_for_the_address(tmp_path: Path) -> None:
    notebook = nbformat.read(ROOT / NOTEBOOK, as_version=4)
    with pytest.raises(CellExecutionError, match="write its address to REPOSITORY"):
        execute(notebook, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_shows_the_demo_and_the_readers_own(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "duet")
    install(checkout)
    notebook = execute(nbformat.read(checkout / NOTEBOOK, as_version=4), checkout / NOTEBOOK.parent)
    _, *shows = [cell for cell in notebook.cells if cell.cell_type == "code"]
    pages = [cell.outputs[-1]["data"]["text/html"] for cell in shows]
    for page, name in zip(pages, ("demo_duet.mp4", "mine.mp4"), strict=True):
        (shown,) = re.findall(r"data:video/mp4;base64,([^\"]+)", page)
        assert base64.b64decode(shown) == (checkout / "out" / name).read_bytes()
        assert probe(checkout / "out" / name).video
