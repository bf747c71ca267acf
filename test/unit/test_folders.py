"""Folders that the commands write: files of others there are never lost."""

import subprocess
import sys
from pathlib import Path

import pytest
from qnn.tools.errors import UserError
from qnn.tools.files import write_whole
from qnn.tools.folders import MANIFEST, build_folder, finish_exchange

FIRST = {"top.cpp": "1", "weights/a.hpp": "1", "weights/b.hpp": "1"}
SECOND = {"top.cpp": "2", "weights/b.hpp": "2", "vectors/x.bin": "2"}
OTHERS = {
    "thesis.txt": "years",
    "sub/data.csv": "days",
    "hls/solution/impl.dcp": "hours",
    "weights/mine.txt": "notes",
}
"""Files that a user or the vendor's tools put into a build."""


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def build(path: Path, files: dict[str, str]) -> None:
    with build_folder(str(path)) as folder:
        write(folder, files)


def found(folder: Path) -> dict[str, str]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


def test_a_build_replaces_the_files_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "build"
    for files in (FIRST, SECOND, FIRST):
        build(path, files)
        assert found(path) == files
        assert {entry.name for entry in path.iterdir() if entry.is_dir()} == {
            Path(name).parts[0] for name in files if "/" in name
        }
    assert list(tmp_path.iterdir()) == [path]


def test_a_build_keeps_files_of_others(tmp_path: Path) -> None:
    path = tmp_path / "build"
    build(path, FIRST)
    write(path, OTHERS)
    build(path, SECOND)
    assert found(path) == SECOND | OTHERS
    assert {entry.name for entry in path.iterdir() if entry.name.startswith(".")} == {MANIFEST}


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    """Even files with the names of a build: only the manifest lists what a build wrote."""
    for files in ({"thesis.txt": "years"}, {"design.mlir": "mine"}):
        path = tmp_path / "work" / next(iter(files))
        write(path, files)
        with pytest.raises(UserError, match=f"contains '{next(iter(files))}' and is not a build"):
            build(path, FIRST)
        assert found(path) == files


def test_a_file_of_others_is_never_replaced(tmp_path: Path) -> None:
    build(tmp_path, FIRST)
    write(tmp_path, {"vectors/x.bin": "mine"})
    with pytest.raises(
        UserError, match=r"x\.bin would be overwritten, but no earlier build wrote it"
    ):
        build(tmp_path, SECOND)
    assert found(tmp_path) == FIRST | {"vectors/x.bin": "mine"}


def test_the_folder_may_be_the_current_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for files in (FIRST, SECOND):
        build(Path("."), files)
        assert found(Path.cwd()) == files


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_build_that_fails_keeps_the_one_before(error: BaseException, tmp_path: Path) -> None:
    path = tmp_path / "build"
    for before in ({}, FIRST):
        with pytest.raises((UserError, KeyboardInterrupt)), build_folder(str(path)) as folder:
            write(folder, {"top.cpp": "half"})
            raise error
        assert (found(path) if path.exists() else {}) == before
        assert [entry.name for entry in tmp_path.iterdir()] == ["build"] * bool(before)
        build(path, FIRST)


@pytest.mark.parametrize("moves", range(1, 9))
@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_a_build_that_cannot_be_moved_keeps_the_one_before(
    moves: int, error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of the eight moves fails: four files go away, and four take their place."""
    path = tmp_path / "build"
    build(path, FIRST)
    write(path, OTHERS)
    rename, left = Path.rename, moves

    def break_off(source: Path, place: Path) -> Path:
        nonlocal left
        left -= 1
        if left == 0:
            raise error
        return rename(source, place)

    monkeypatch.setattr(Path, "rename", break_off)
    with pytest.raises((UserError, KeyboardInterrupt)):
        build(path, SECOND)
    monkeypatch.undo()
    assert found(path) == FIRST | OTHERS
    build(path, SECOND)
    assert found(path) == SECOND | OTHERS


@pytest.mark.parametrize("name", ["../thesis.txt", "/etc/passwd"])
def test_a_manifest_cannot_name_files_elsewhere(name: str, tmp_path: Path) -> None:
    path, thesis = tmp_path / "build", tmp_path / "thesis.txt"
    thesis.write_text("years")
    build(path, FIRST)
    (path / MANIFEST).write_text(f"{name}\n")
    with pytest.raises(UserError, match="qnn-build was changed"):
        build(path, SECOND)
    assert thesis.read_text() == "years"


def error_of(path: str) -> str:
    """The error that is raised before any work is done."""
    with pytest.raises(UserError) as caught, build_folder(path):
        pytest.fail("the work started")
    return str(caught.value)


def test_invalid_names(tmp_path: Path) -> None:
    assert error_of("") == "the name of the output folder is empty"
    assert error_of(str(tmp_path / ("x" * 300))).endswith("xxx: file name too long")
    assert error_of(str(tmp_path / "none" / "build")).endswith("none: no such directory")
    (tmp_path / "file").touch()
    assert error_of(str(tmp_path / "file")).endswith("file is a file, not a folder")


def test_a_long_name(tmp_path: Path) -> None:
    build(tmp_path / ("x" * 250), FIRST)


def test_a_folder_that_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    assert error_of(str(tmp_path)) == f"{tmp_path}: permission denied"


KILLED = """
import os, sys
from qnn.tools import folders

move, left = folders._move, int(sys.argv[2])

def move_or_die(*args):
    global left
    if left == 0:
        os._exit(9)
    left -= 1
    move(*args)

folders._move = move_or_die
with folders.build_folder(sys.argv[1]) as new:
    for name, text in eval(sys.argv[3]).items():
        (new / name).parent.mkdir(exist_ok=True)
        (new / name).write_text(text)
"""
"""A build that is killed after some moves, as `kill -9` would."""


@pytest.mark.parametrize("moves", range(len(FIRST) + 1 + len(SECOND) + 1))
def test_a_killed_replacement_is_finished(moves: int, tmp_path: Path) -> None:
    path = tmp_path / "build"
    build(path, FIRST)
    write(path, OTHERS)
    command = [sys.executable, "-c", KILLED, path, str(moves), repr(SECOND)]
    assert subprocess.run(command).returncode == 9
    finish_exchange(path)
    assert found(path) == OTHERS | (FIRST if moves <= len(FIRST) + 1 else SECOND)
    assert list(path.glob(".qnn-*")) == [path / MANIFEST]
    build(path, SECOND)
    assert found(path) == OTHERS | SECOND


def test_the_folder_of_a_killed_build_is_deleted(tmp_path: Path) -> None:
    """The one beside a new build, and the one beside a file that is written."""
    (tmp_path / ".qnn-abcdefgh" / "new").mkdir(parents=True)
    (tmp_path / ".x.npy.qnn-abcdefgh").mkdir()
    build(tmp_path / "build", FIRST)
    write_whole(str(tmp_path / "x.npy"), lambda file: file.write(b"x"))
    assert {path.name for path in tmp_path.iterdir()} == {"build", "x.npy"}
