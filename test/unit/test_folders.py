"""Folders that the commands build: nothing that others put there is lost, whatever happens."""

from pathlib import Path

import pytest
from qnn.tools.errors import UserError
from qnn.tools.folders import MANIFEST, build_folder

FIRST = {"top.cpp": "1", "weights/a.hpp": "1", "weights/b.hpp": "1"}
SECOND = {"top.cpp": "2", "weights/b.hpp": "2", "vectors/x.bin": "2"}
OTHERS = {
    "thesis.txt": "years",
    "sub/data.csv": "days",
    "hls/solution/impl.dcp": "hours",
    "weights/mine.txt": "notes",
}
"""What a user, or the vendor's tools, put into a build."""


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


def test_a_build_replaces_what_the_one_before_wrote(tmp_path: Path) -> None:
    path = tmp_path / "build"
    for files in (FIRST, SECOND, FIRST):
        build(path, files)
        assert found(path) == files
        assert {entry.name for entry in path.iterdir() if entry.is_dir()} == {
            Path(name).parts[0] for name in files if "/" in name
        }
    assert list(tmp_path.iterdir()) == [path]


def test_a_build_leaves_what_others_put_there(tmp_path: Path) -> None:
    path = tmp_path / "build"
    build(path, FIRST)
    write(path, OTHERS)
    build(path, SECOND)
    assert found(path) == SECOND | OTHERS
    assert {entry.name for entry in path.iterdir() if entry.name.startswith(".")} == {MANIFEST}


def test_a_folder_with_anything_else_is_refused_by_name(tmp_path: Path) -> None:
    """One of a design by hand, too: only the manifest says what a build wrote."""
    for files in ({"thesis.txt": "years"}, {"design.mlir": "mine"}):
        path = tmp_path / "work" / next(iter(files))
        write(path, files)
        with pytest.raises(UserError, match=f"holds '{next(iter(files))}', and no build"):
            build(path, FIRST)
        assert found(path) == files


def test_a_file_of_others_is_never_replaced(tmp_path: Path) -> None:
    build(tmp_path, FIRST)
    write(tmp_path, {"vectors/x.bin": "mine"})
    with pytest.raises(UserError, match=r"x\.bin is in the way: the build before did not"):
        build(tmp_path, SECOND)
    assert found(tmp_path) == FIRST | {"vectors/x.bin": "mine"}


def test_a_folder_can_be_the_one_that_a_user_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for files in (FIRST, SECOND):
        build(Path("."), files)
        assert found(Path.cwd()) == files


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_build_that_breaks_off_leaves_the_one_before(
    error: BaseException, tmp_path: Path
) -> None:
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
def test_a_build_that_cannot_take_its_place_leaves_the_one_before(
    moves: int, error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After any number of files: four are moved away, and four come in their place."""
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
def test_a_manifest_names_no_file_elsewhere(name: str, tmp_path: Path) -> None:
    path, thesis = tmp_path / "build", tmp_path / "thesis.txt"
    thesis.write_text("years")
    build(path, FIRST)
    (path / MANIFEST).write_text(f"{name}\n")
    with pytest.raises(UserError, match="qnn-build was changed"):
        build(path, SECOND)
    assert thesis.read_text() == "years"


def refuse(path: str) -> str:
    """What is said before any work is done."""
    with pytest.raises(UserError) as told, build_folder(path):
        pytest.fail("work was begun")
    return str(told.value)


def test_names_that_no_folder_can_have(tmp_path: Path) -> None:
    assert refuse("") == "the name of the folder to write is empty"
    assert refuse(str(tmp_path / ("x" * 300))).endswith("xxx: file name too long")
    assert refuse(str(tmp_path / "none" / "build")).endswith("none: no such directory")
    (tmp_path / "file").touch()
    assert refuse(str(tmp_path / "file")).endswith("file is a file, not a folder")


def test_the_longest_name_will_do(tmp_path: Path) -> None:
    build(tmp_path / ("x" * 250), FIRST)


def test_a_folder_that_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    assert refuse(str(tmp_path)) == f"{tmp_path}: permission denied"
