"""Folders that the commands build: whole or not at all, and nothing in them is lost."""

import fcntl
import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from shutil import rmtree
from tempfile import mkdtemp

from .files import UserError, reason, uninterrupted

MANIFEST = ".qnn-build"
"""Names the files that a build wrote, which the next one replaces. All else belongs to others."""


@contextmanager
def build_folder(path: str) -> Generator[Path]:
    """A folder to fill, whose files come to stand at `path` once all of them are written.

    A build of before loses the files that it wrote; what others put beside them, a user or the
    vendor's tools, stays as it is. A folder that holds anything but a build is refused, before any
    work is done, as is one that can't be written.
    """
    if not path:
        raise UserError("the name of the folder to write is empty")
    target = Path(os.path.realpath(path))
    try:
        _check(path, target)
        place = target if target.exists() else target.parent
        temporary = mkdtemp(prefix=".qnn-", dir=place)
        try:
            new, old = Path(temporary, "new"), Path(temporary, "old")
            new.mkdir()
            yield new
            files = _files(new)
            (new / MANIFEST).write_text("".join(f"{name}\n" for name in files))
            if target.exists():
                with _locked(target), uninterrupted():
                    _replace(target, new, old, [MANIFEST, *files])
            else:
                new.rename(target)
        finally:
            with uninterrupted():
                rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise UserError(reason(path, error)) from None


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    """Keeps another command from replacing the same build at the same time."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _check(path: str, target: Path) -> None:
    """Refuses what is no place for a build."""
    if not target.exists():
        if not target.parent.is_dir():
            raise UserError(f"{target.parent}: no such directory")
    elif not target.is_dir():
        raise UserError(f"{path} is a file, not a folder")
    elif not _written(target) and (others := sorted(target.iterdir())):
        raise UserError(
            f"{path} holds {others[0].name!r}, and no build to replace: name another folder"
        )


def _written(target: Path) -> list[str]:
    """The files that the build in a folder wrote, if there is one; its manifest is the last."""
    manifest = target / MANIFEST
    if not manifest.exists():
        return []
    names = manifest.read_text(errors="surrogateescape").splitlines()
    for name in names:
        if not _inside(target, name):
            raise UserError(f"{manifest} was changed: {name!r} is no file of the build")
    return [*names, MANIFEST]


def _inside(target: Path, name: str) -> bool:
    """Whether a name is one of a file in a folder, and no link leads out of it."""
    parts = PurePosixPath(name).parts
    if not parts or not name.isprintable() or PurePosixPath(name).is_absolute() or ".." in parts:
        return False
    return (target / name).parent.resolve().is_relative_to(target)


def _files(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def _replace(target: Path, new: Path, old: Path, files: Iterable[str]) -> None:
    """Moves the files of the build before away and others into their place, or does nothing."""
    written = _written(target)
    for name in files:
        if name not in written and os.path.lexists(target / name):
            raise UserError(f"{target / name} is in the way: the build before did not write it")
    moves = [(target / name, old / name) for name in written if os.path.lexists(target / name)]
    moves += [(new / name, target / name) for name in files]
    done: list[tuple[Path, Path]] = []
    try:
        for move in moves:
            done.append(move)
            _move(*move)
    except BaseException:
        for source, place in reversed(done):
            if os.path.lexists(place) and not os.path.lexists(source):
                _move(place, source)
        raise
    for name in written:
        _remove_empty((target / name).parent, target)


def _move(source: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    source.rename(place)


def _remove_empty(folder: Path, top: Path) -> None:
    """Removes a folder that nothing is left in, and those around it."""
    with suppress(OSError):
        while folder != top:
            folder.rmdir()
            folder = folder.parent
