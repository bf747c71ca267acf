"""Files that the commands write: as a whole or not at all."""

import sys
from pathlib import Path
from typing import BinaryIO

import pytest
from qnn.tools.errors import UserError
from qnn.tools.files import write_whole

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX links and permissions")


def write(file: BinaryIO) -> None:
    file.write(b"new")


def break_off(file: BinaryIO) -> None:
    file.write(b"half")
    raise OSError(28, "No space left on device")


def test_a_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out"
    for _ in range(2):
        write_whole(str(path), write)
        assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_the_old_file_survives_an_error(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"good")

    def write_half(file: BinaryIO) -> None:
        file.write(b"half")
        raise error

    with pytest.raises((UserError, KeyboardInterrupt)):
        write_whole(str(path), write_half)
    assert path.read_bytes() == b"good"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"out: no space left on device$"):
        write_whole(str(tmp_path / "out"), break_off)
    assert list(tmp_path.iterdir()) == []


@posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    for _ in range(2):
        write_whole(str(link), write)
        assert link.is_symlink()
        assert target.read_bytes() == b"new"


@posix
def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.touch(mode=0o600)
    write_whole(str(path), write)
    assert path.stat().st_mode & 0o777 == 0o600


@posix
def test_a_device_file_is_written_to() -> None:
    write_whole("/dev/null", write)
    assert not Path("/dev/null").is_file()
