"""Installing: complete locks, one OpenCV, a package that misses nothing, other Pythons turned away."""

from __future__ import annotations

import ast
import configparser
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_string
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from foundation.version import VERSION
from tests.conftest import ROOT, copy_checkout

LISTS = ("requirements", "requirements-desk", "requirements-dev", "requirements-farm")
"""Each is installed on top of those before it."""
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
METADATA = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def asked(name: str) -> list[Requirement]:
    """What a list asks for, and the lists that it takes in."""
    lines = [line.split("#")[0].strip() for line in (ROOT / f"{name}.txt").read_text().splitlines()]
    taken = [each for line in lines if line.startswith("-r ") for each in asked(line[3:].removesuffix(".txt"))]
    return taken + [Requirement(line) for line in lines if line and not line.startswith("-")]


def pinned(name: str) -> dict[str, str]:
    """{package: version} of a lock, each of which must have a hash."""
    found: dict[str, str] = {}
    for entry in re.split(r"\n(?=\S)", (ROOT / f"{name}.lock").read_text().strip()):
        first, *hashes = entry.split(" \\\n")
        requirement = Requirement(first)
        assert hashes, first
        assert all(re.fullmatch(r"\s+--hash=sha256:[0-9a-f]{64}", line) for line in hashes), first
        (version,) = requirement.specifier
        assert version.operator == "=="
        found[canonicalize_name(requirement.name)] = version.version
    return found


@pytest.mark.parametrize("name", LISTS)
def test_a_lock_holds_all_that_is_asked_for(name: str) -> None:
    below = LISTS[: LISTS.index(name) + 1]
    pins = {package: version for each in below for package, version in pinned(each).items()}
    for requirement in asked(name):
        if requirement.name != "torch":
            version = pins.get(canonicalize_name(requirement.name), "nothing")
            assert requirement.specifier.contains(version), f"{requirement}, locked {version}: run `make lock`"


def test_locks_never_say_the_same_package_twice() -> None:
    names = [package for name in LISTS for package in pinned(name)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", LISTS)
def test_a_lock_names_no_place_and_no_build_of_pytorch(name: str) -> None:
    assert not re.search(r"://|--(extra-)?index|--find-links|@", (ROOT / f"{name}.lock").read_text())
    assert not [each for each in pinned(name) if each == "torch" or each.startswith(("nvidia-", "cuda-", "triton"))]


def test_one_package_owns_cv2_and_needs_no_screen() -> None:
    found = [package for name in LISTS for package in pinned(name) if package.startswith("opencv")]
    assert found == ["opencv-contrib-python-headless"]


def test_pytorch_is_pinned_in_the_list() -> None:
    (torch,) = [requirement for requirement in asked("requirements") if requirement.name == "torch"]
    assert [each.operator for each in torch.specifier] == ["=="]


def imported() -> set[str]:
    """The packages that the product's own code names in an import, wherever it stands."""
    found = set()
    for path in ROOT.glob("*/**/*.py"):
        if path.relative_to(ROOT).parts[0] not in {".venv", "tests", "bench", "notebooks", "work", "out", "build"}:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    found |= {each.name.split(".")[0] for each in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    found.add(str(node.module).split(".")[0])
    return {name for name in found if name not in sys.stdlib_module_names and not (ROOT / name).exists()}


def test_what_is_imported_is_asked_for() -> None:
    lists = [path.stem for path in ROOT.glob("requirements*.txt") if path.stem != "requirements-dev"]
    names = {canonicalize_name(requirement.name) for each in lists for requirement in asked(each)}
    owners = packages_distributions()
    here = {name for name in imported() if importlib.util.find_spec(name)}  # who owns what is absent, nobody can tell
    assert {"numpy", "torch", "yaml"} <= here
    missing = {name for name in here if not names & {canonicalize_name(each) for each in owners.get(name, [name])}}
    assert missing == set()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The checkout's tracked files, built as a wheel with no network."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = copy_checkout(folder / "copy")
    build = "from setuptools import build_meta; build_meta.build_wheel('..')"
    subprocess.run([sys.executable, "-c", build], cwd=copy, capture_output=True, check=True)
    (built,) = folder.glob("duet-*.whl")
    return zipfile.ZipFile(built)


def test_a_wheel_has_every_file_that_a_run_needs(wheel: zipfile.ZipFile) -> None:
    linter = configparser.ConfigParser()
    linter.read(ROOT / ".importlinter")
    folders = {*linter["importlinter"]["root_packages"].split(), "configs"} - {"bench"}
    copy = Path(str(wheel.filename)).parent / "copy"
    needed = {
        path.relative_to(copy).as_posix() for name in folders for path in (copy / name).rglob("*") if path.is_file()
    }
    assert needed <= set(wheel.namelist())
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {*folders, "run_pipeline.py", f"duet-{VERSION}.dist-info"}


def test_metadata_says_what_the_files_say(wheel: zipfile.ZipFile) -> None:
    about = message_from_string(wheel.read(f"duet-{VERSION}.dist-info/METADATA").decode())
    assert about["Version"] == VERSION
    assert {Requirement(each) for each in about.get_all("Requires-Dist", [])} == set(asked("requirements"))
    scripts = wheel.read(f"duet-{VERSION}.dist-info/entry_points.txt").decode()
    assert "duet = run_pipeline:main" in scripts


def started(arguments: list[str], version: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run with a Python that says it is of another version."""
    lie = f"import sys\nsys.version_info = ({version.replace('.', ', ')}, 0, 'final', 0)\n"
    (folder / "sitecustomize.py").write_text(lie)
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        arguments, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.10", "3.15"])
def test_other_pythons_end_in_one_line(version: str, tmp_path: Path) -> None:
    assert version not in SpecifierSet(METADATA["requires-python"])
    run = started([sys.executable, "run_pipeline.py", "--version"], version, tmp_path)
    assert run.returncode == 4
    (line,) = run.stderr.splitlines()
    assert line.startswith("error: Duet needs Python 3.11 to 3.14, and ")
    assert f" is {version}: " in line


@pytest.mark.parametrize("version", PYTHONS)
def test_these_pythons_are_taken(version: str, tmp_path: Path) -> None:
    assert f"{version}.0" in SpecifierSet(METADATA["requires-python"])
    run = started([sys.executable, "-c", "import run_pipeline"], version, tmp_path)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("make"), reason="make is not on this machine")
def test_make_turns_an_old_python_away_and_leaves_nothing(tmp_path: Path) -> None:
    arguments = ["make", "install", f"PYTHON={sys.executable}", f"VENV={tmp_path / 'venv'}"]
    run = started(arguments, "3.10", tmp_path)
    first, last = run.stderr.splitlines()
    assert first.startswith("error: Duet needs Python 3.11 to 3.14")
    assert re.match(r"make(\[\d+\])?: \*\*\* ", last)
    assert not (tmp_path / "venv").exists()


def test_an_old_python_can_read_the_program() -> None:
    """Tried with 2.7 and 3.6 when it was written; those are on few machines."""
    tree = ast.parse((ROOT / "run_pipeline.py").read_text(), feature_version=(3, 7))
    new = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match)
    for node in ast.walk(tree):
        assert not isinstance(node, new)
        assert not getattr(node, "returns", None)
        assert not getattr(node, "annotation", None)


def test_the_command_line_tells_its_version() -> None:
    run = subprocess.run(
        [sys.executable, "run_pipeline.py", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == f"duet {VERSION}\n"


def test_a_python_without_the_packages_is_told_so(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-S", "run_pipeline.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    (line,) = run.stderr.splitlines()
    assert "is missing (run `make install`" in line
    assert run.returncode == 4


def test_a_package_that_a_command_misses_is_told_so() -> None:
    program = "import sys; sys.modules['pydantic'] = None; import run_pipeline; run_pipeline.main()"
    command = [sys.executable, "-c", program, "validate", "duet.yaml", "--json"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    told = json.loads(run.stdout)
    assert (run.returncode, told["event"], told["code"]) == (4, "Failed", 4)
    assert run.stderr == f"error: {told['text']}\n"
    assert "pydantic is missing (run `make install`" in run.stderr
