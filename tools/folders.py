"""Folders that the commands write: as a whole or not at all, and without loss of other files."""

import logging
import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from shutil import rmtree

from ..backends.interrupts import uninterrupted
from ..backends.temporary_folders import abandoned, folder_lock, temporary_folder
from .errors import UserError
from .files import reason

LOG = logging.getLogger(__name__)

TEMPORARY = ".qnn-"
"""The start of the names of folders in which builds are made."""

MANIFEST = ".qnn-build"
"""The file that lists the files of a build. The next build replaces those, and no others."""


@contextmanager
def build_folder(path: str) -> Generator[Path]:
    """A temporary folder to fill; its files move to `path` once all of them are written.

    They replace the files of an earlier build. Files that a user or the vendor's tools put there
    stay. If the folder holds other files and no build, or cannot be written, this raises an error
    before any work is done.
    """
    if not path:
        raise UserError("the name of the output folder is empty")
    target = Path(os.path.realpath(path))
    try:
        if target.is_dir():
            finish_exchange(target)
        _check_place(path, target)
        place = target if target.exists() else target.parent
        with temporary_folder(TEMPORARY, place, _salvage) as temporary:
            new, old = temporary / "new", temporary / "old"
            new.mkdir()
            yield new
            files = _files(new)
            (new / MANIFEST).write_text("".join(f"{name}\n" for name in files))
            if target.exists():
                with folder_lock(target), uninterrupted():
                    _replace_build(target, new, old, [MANIFEST, *files])
            else:
                new.rename(target)
    except OSError as error:
        raise UserError(reason(path, error)) from None


def finish_exchange(place: Path) -> None:
    """Completes or undoes the replacement of a build that was killed; of no effect elsewhere."""
    with suppress(OSError):
        for folder in abandoned(TEMPORARY, place):
            _salvage(folder)
            rmtree(folder, ignore_errors=True)


def _salvage(temporary: Path) -> None:
    """Completes or undoes the replacement that a process has not finished before it ended.

    The new manifest is moved after all old files and before all other new ones. So if it has been
    moved, the rest of the new files follow; otherwise the old files come back.
    """
    target, new, old = temporary.parent, temporary / "new", temporary / "old"
    if not old.is_dir():
        return
    with folder_lock(target):
        rest = old if (new / MANIFEST).exists() else new
        for name in _files(rest):
            _move(rest / name, target / name)
    LOG.warning(
        "%s: a build was killed while it replaced an earlier one; the %s build is restored",
        target,
        "earlier" if rest == old else "new",
    )


def _check_place(path: str, target: Path) -> None:
    """Raises unless a build may be written here."""
    if not target.exists():
        if not target.parent.is_dir():
            raise UserError(f"{target.parent}: no such directory")
    elif not target.is_dir():
        raise UserError(f"{path} is a file, not a folder")
    elif not _build_files(target) and (others := sorted(target.iterdir())):
        raise UserError(
            f"{path} holds {others[0].name!r} and no build that could be replaced: name a new or "
            "an empty folder"
        )


def _build_files(target: Path) -> list[str]:
    """The files of the build in a folder, if it holds one; the manifest is the last."""
    manifest = target / MANIFEST
    if not manifest.exists():
        return []
    names = manifest.read_text(errors="surrogateescape").splitlines()
    for name in names:
        if not _is_inside(target, name):
            raise UserError(
                f"{manifest} was changed: {name!r} cannot be a file of the build; "
                "remove the folder, or name another"
            )
    return [*names, MANIFEST]


def _is_inside(target: Path, name: str) -> bool:
    """Whether a name is that of a file in a folder, and no symbolic link leads out of it."""
    parts = PurePosixPath(name).parts
    if not parts or not name.isprintable() or PurePosixPath(name).is_absolute() or ".." in parts:
        return False
    return (target / name).parent.resolve().is_relative_to(target)


def _files(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def _replace_build(target: Path, new: Path, old: Path, files: Iterable[str]) -> None:
    """Moves the files of the earlier build away and the new ones in; undone if a move fails."""
    written = _build_files(target)
    for name in files:
        if name not in written and os.path.lexists(target / name):
            raise UserError(
                f"{target / name} would be overwritten, but no earlier build wrote it: move it away"
            )
    moves = [(target / name, old / name) for name in written if os.path.lexists(target / name)]
    moves += [(new / name, target / name) for name in files]
    old.mkdir()
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
    """Removes a folder that is empty, and the folders around it that are empty then."""
    with suppress(OSError):
        while folder != top:
            folder.rmdir()
            folder = folder.parent
