"""Runs the lit tests, each under its own name: `pytest -k dialects/qnn/linear`."""

import json
import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1] / "lit"
GENERATED = {"Output", "__pycache__", ".lit_test_times.txt"}
STORED = [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()]
FOUND = sorted(path.as_posix() for path in STORED if not GENERATED.intersection(path.parts))
FILES = [name for name in FOUND if name.endswith(".mlir")]
PASSED = {"PASS", "XFAIL", "FLAKYPASS"}


def run_lit(files: Iterable[str], folder: Path, commands: Path) -> dict[str, dict[str, Any]]:
    """Runs files in parallel; returns what lit tells about each."""
    report = folder / "report.json"
    command = [
        *(str(commands / "lit"), "-q", "--output", str(report)),
        *("--param", f"exec_root={folder}", "--param", f"commands={commands}"),
        *(str(ROOT / file) for file in files),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert report.exists(), done.stdout + done.stderr
    tests = json.loads(report.read_text())["tests"]
    return {test["name"].removeprefix("qnn :: "): test for test in tests}


@pytest.fixture(scope="session")
def outcome_of(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, commands: Path
) -> Callable[[str], dict[str, Any]]:
    """Returns the result of lit for a file; the first call runs all selected files in one lit.

    pytest-xdist distributes the files over its workers, so each file then has a run of its own.
    """
    outcomes: dict[str, dict[str, Any]] = {}

    def outcome(file: str) -> dict[str, Any]:
        if file not in outcomes:
            alone = "PYTEST_XDIST_WORKER" in os.environ
            files = [file] if alone else selected(request.session)
            outcomes.update(run_lit(files, tmp_path_factory.mktemp("lit"), commands))
        return outcomes[file]

    return outcome


def selected(session: pytest.Session) -> list[str]:
    functions = (item for item in session.items if isinstance(item, pytest.Function))
    return [item.callspec.params["file"] for item in functions if "outcome_of" in item.fixturenames]


@pytest.mark.parametrize("file", FILES)
def test_lit(file: str, outcome_of: Callable[[str], dict[str, Any]]) -> None:
    outcome = outcome_of(file)
    if outcome["code"] in ("UNSUPPORTED", "SKIPPED"):
        pytest.skip(outcome["output"])
    if outcome["code"] not in PASSED:
        pytest.fail(f"{outcome['code']}\n{outcome['output']}", pytrace=False)


def test_every_file_is_a_test() -> None:
    """Nothing lies in the folder that lit would pass over."""
    assert set(FOUND) - set(FILES) == {
        "lit.cfg.py",
        "passes/Inputs/tiny.toml",
        "tools/Inputs/network.py",
    }
