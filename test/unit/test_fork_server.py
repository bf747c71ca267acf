"""A command that is forked does what the installed one does."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

CALLS = [
    ("qnn-opt", ["--fold-bn"]),
    ("qnn-opt", ["--nonsense"]),
    ("qnn", ["estimate", "net.mlir", "--device", "z7020", "-q"]),
    ("qnn", ["run", "nothing.mlir"]),
    ("filecheck", ["net.mlir", "--input-file", "net.mlir"]),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_same_output_and_status(
    name: str, arguments: list[str], commands: Path, tmp_path: Path
) -> None:
    """In the caller's folder, with its standard input."""
    text = (Path(__file__).parents[2] / "examples" / "conv_bn.mlir").read_text()
    (tmp_path / "net.mlir").write_text(text)
    forked, installed = (
        subprocess.run(
            [folder / name, *arguments], input=text, cwd=tmp_path, capture_output=True, text=True
        )
        for folder in (commands, Path(sys.executable).parent)
    )
    assert (forked.returncode, forked.stdout) == (installed.returncode, installed.stdout)
    assert forked.stderr == installed.stderr


def test_resource_limits_hold(commands: Path, tmp_path: Path) -> None:
    """The caller, which may write only one byte per file, writes none itself."""
    network = Path(__file__).parents[2] / "examples" / "conv_bn.mlir"
    done = subprocess.run(
        [commands / "qnn-opt", network, "-o", tmp_path / "out.mlir"],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1)),
    )
    assert done.returncode == 1 and "too large" in done.stderr, done.stderr


def test_settings_of_python_hold(commands: Path) -> None:
    """They need a Python of their own: here one that writes what it imports."""
    done = subprocess.run(
        [commands / "filecheck", "--help"],
        env={"PYTHONVERBOSE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "import 'filecheck" in done.stderr
