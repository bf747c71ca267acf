"""The documents say what there is, and what they show can be run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qnn.frontends.onnx import nodes
from qnn.frontends.onnx.registry import HANDLERS
from qnn.qdialect.qnn import Qnn
from qnn.qdialect.stream import Stream
from qnn.qdialect.text import TextError
from support.documents import ROOT, Block, Page, blocks, indented

sys.path.append(str(ROOT / "examples"))

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("examples/*/*.md"))]
LINKED = "backends", "docs", "examples", "hardware", "passes", "qdialect", "tools"
"""Folders of the repository that commands of the documents name."""

SLOW = "docs/explore.md", "docs/hls.md", "docs/partition.md", "docs/tutorial.md"
"""Pages that take more than ten seconds; their commands are those of lit tests and of the README.
"""


@pytest.fixture(scope="session")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained network and its test set, as the quickstart makes them."""
    quickstart = pytest.importorskip("quickstart", reason="needs onnx and scikit-learn")
    folder = tmp_path_factory.mktemp("networks")
    quickstart.write(folder)
    return folder


@pytest.fixture
def page(networks: Path, commands: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    """A folder with what the documents assume there is: a model, images, and the repository."""
    for name in LINKED:
        (tmp_path / name).symlink_to(ROOT / name)
    for file in networks.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / "model.onnx").symlink_to(networks / "digits.onnx")
    (tmp_path / "image.npy").symlink_to(networks / "few.npy")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return Page(tmp_path, networks.parent / "cache", commands)


def marked(path: Path) -> Any:
    name = str(path.relative_to(ROOT))
    return pytest.param(path, id=name, marks=[pytest.mark.slow] if name in SLOW else [])


@pytest.mark.parametrize("path", [marked(path) for path in PAGES])
def test_what_a_page_shows_is_true(path: Path, page: Page) -> None:
    for block in blocks(path):
        page.run(block)


WRONG = {
    "sh": "false",
    "console": "$ echo two\ntwo\nthree",
    "usage": "qnn report build/ [--colour]",
    "python": "assert 1 == 2",
    "mlir": "%x = qnn.relu %y",
    "toml": "a = b",
    "json": "{a}",
}


@pytest.mark.parametrize("language", WRONG)
def test_what_is_wrong_is_seen(language: str, tmp_path: Path) -> None:
    block = Block("page.md", 1, language, "", "", "", WRONG[language])
    with pytest.raises((pytest.fail.Exception, AssertionError, ValueError, TextError)):
        Page(tmp_path, tmp_path).run(block)


def test_a_block_without_a_fence_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Text.\n\n    qnn doctor\n\n- a list\n\n  goes on\n")
    assert indented(page) == ["qnn doctor"]


def commands_of_the_readme() -> list[str]:
    """The commands of its table, which are outside of blocks, so that no block runs them."""
    commands = re.findall(r"^\|[^|]*\| `(qnn[^`]+)` \|", (ROOT / "README.md").read_text(), re.M)
    assert len(commands) >= 12
    return commands


def test_the_commands_in_the_readme_have_these_options(page: Page) -> None:
    page.run_usage(Block("README.md", 1, "usage", "", "", "", "\n".join(commands_of_the_readme())))


@pytest.mark.slow
def test_the_commands_in_the_readme_run(page: Page) -> None:
    """In their order: some read files that others write; `fold.json` and `float.onnx` are the
    user's."""
    torch, _ = pytest.importorskip("torch"), pytest.importorskip("onnxruntime")
    example = torch.zeros(1, *np.load("images.npy").shape[1:])
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(example.numel(), 10))
    with pytest.warns(Warning):
        torch.onnx.export(network, (example,), "float.onnx", dynamo=False)
    for command in commands_of_the_readme():
        if "fold.json" in command:
            shutil.copy(page.folder / "hls" / "folding.json", page.folder / "fold.json")
        page.run(Block("README.md", 1, "sh", "", "", "", command))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_blocks_have_fences(path: Path) -> None:
    assert not indented(path)


def test_what_is_not_run_has_a_reason() -> None:
    left = [block for path in PAGES for block in blocks(path) if block.mark == "not run"]
    assert all(block.argument for block in left)
    assert len(left) <= 22, [f"{block.place}: {block.argument}" for block in left]


def test_every_operator_of_onnx_is_listed() -> None:
    assert nodes.CHANNELS_LAST_DOMAIN
    listed = set(re.findall(r"\w+", (DOCS / "import.md").read_text()))
    assert {name for name in HANDLERS if not name.startswith("Torch")} <= listed


def test_the_site_builds(tmp_path: Path) -> None:
    """Without a warning, with every op and command, and without anything from a network."""
    pytest.importorskip("material", reason="needs mkdocs-material: pip install '.[docs]'")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(tmp_path)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and "WARNING" not in done.stderr, done.stderr
    pages = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*.html")}
    for dialect in (Qnn, Stream):
        page = pages[Path("reference", dialect.name, "index.html")]
        assert all(f"<code>{op.name}</code>" in page for op in dialect.operations)
    for name, text in pages.items():
        assert not re.findall(r'(?:src|<link[^>]* href)="(?:https?:)?//', text), name


@pytest.mark.slow
def test_the_notebook_runs(tmp_path: Path) -> None:
    """From its first cell to its last; what is committed has no outputs."""
    nbformat = pytest.importorskip("nbformat", reason="needs nbclient and ipykernel")
    nbclient = pytest.importorskip("nbclient", reason="needs nbclient and ipykernel")
    notebook = nbformat.read(ROOT / "examples" / "tutorial.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    shutil.copy(ROOT / "examples" / "quickstart.py", tmp_path)
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=300, resources=resources).execute()
    printed = "".join(
        out.get("text", "") for cell in notebook.cells for out in cell.get("outputs", ())
    )
    assert "98.8% of 500 images" in printed and ": 0 of 400 bytes differ" in printed
