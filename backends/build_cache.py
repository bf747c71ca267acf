"""A cache of compiled programs, each in a folder named after the fingerprint of all its inputs.

Each folder lists the digests of its files. They are compared whenever the folder is used, so that a
program with a damaged file is built again, and never run.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from .temporary_folders import folder_lock, temporary_folder

DIGESTS_FILE = "digests"
"""The file that lists the digests of all other files of a folder."""


def user_cache(name: str) -> Path:
    """The user's cache folder for the programs of a backend."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "qnn" / name


def fingerprint(parts: Iterable[str | bytes]) -> str:
    """A name for some contents: it differs if any part of them differs."""
    digest = hashlib.sha256()
    for part in parts:
        part = part.encode() if isinstance(part, str) else part
        digest.update(f"{len(part)} ".encode() + part)
    return digest.hexdigest()[:32]


def build_once(folder: Path, make: Callable[[Path], object]) -> None:
    """Makes a folder of the cache, unless the cache holds it and it is intact."""
    if is_intact(folder):
        return
    cache = folder.parent
    cache.mkdir(parents=True, exist_ok=True)
    with temporary_folder(".new-", cache) as temporary:
        unfinished = temporary / "new"
        unfinished.mkdir()
        make(unfinished)
        (unfinished / DIGESTS_FILE).write_text(file_digests(unfinished))
        with folder_lock(cache):
            if not is_intact(folder):  # another process may have been faster
                if folder.is_dir():
                    shutil.rmtree(folder)
                folder.unlink(missing_ok=True)
                unfinished.rename(folder)


def is_intact(folder: Path) -> bool:
    """Whether a folder's files are those with which it was made."""
    try:
        return (folder / DIGESTS_FILE).read_text() == file_digests(folder)
    except (OSError, ValueError):
        return False


def file_digests(folder: Path) -> str:
    """A line for each file: the digest of its contents, whether it can be executed, and its name.

    SHA-256 takes about a millisecond for a megabyte.
    """
    lines: list[str] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != folder / DIGESTS_FILE:
            kind = "program" if os.access(path, os.X_OK) else "file"
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f"{digest} {kind} {path.relative_to(folder)}\n")
    return "".join(lines)
