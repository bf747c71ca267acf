"""Temporary folders that do not outlive their process for long, even if it is killed.

A process locks its folder, and the kernel releases the lock when the process ends. A later process
deletes the folders that nobody has locked.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from .interrupts import uninterrupted


@contextmanager
def temporary_folder(
    prefix: str, place: Path | None = None, salvage: Callable[[Path], None] = lambda folder: None
) -> Generator[Path]:
    """An empty folder in `place`, by default the system's; deleted afterwards.

    Folders with this prefix whose processes have ended are deleted first, after `salvage` has taken
    from them what is still needed.
    """
    place = Path(gettempdir()) if place is None else place
    for folder in abandoned(prefix, place):
        salvage(folder)
        shutil.rmtree(folder, ignore_errors=True)
    made: list[tuple[Path, int]] = []
    try:
        with uninterrupted():
            made.append(_locked_folder(prefix, place))
        yield made[0][0]
    finally:
        with uninterrupted():
            for folder, lock in made:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)


def abandoned(prefix: str, place: Path) -> Generator[Path]:
    """This user's folders with a prefix whose processes have ended.

    Each is locked while the caller uses it.
    """
    for path in sorted(place.iterdir()):
        if not path.name.startswith(prefix):
            continue
        with suppress(OSError):  # another user's, another process's, or deleted meanwhile
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(lock).st_uid == os.getuid():
                    yield path
            finally:
                os.close(lock)


@contextmanager
def folder_lock(folder: Path) -> Generator[None]:
    """Locks a folder, so that two processes do not change it at the same time."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _locked_folder(prefix: str, place: Path) -> tuple[Path, int]:
    """A new folder and the descriptor that holds its lock.

    Another process may find the folder before it is locked, and delete it: then it is made again.
    """
    while True:
        folder = Path(mkdtemp(prefix=prefix, dir=place))
        with suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(lock), folder.stat()):
                    return folder, lock
            os.close(lock)
