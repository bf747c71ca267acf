"""A cache of compiled programs, each in a folder named after the fingerprint of all its inputs.

A folder in the cache never changes, and a folder that is not complete is never in the cache.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory


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


def build_once(file: Path, make: Callable[[Path], object]) -> None:
    """Makes the folder that contains a file; the file exists once the folder is complete."""
    cache = file.parent.parent
    cache.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".", dir=cache) as temporary:
        unfinished = Path(temporary) / "new"
        unfinished.mkdir()
        make(unfinished)
        move_into_place(unfinished, file)


def move_into_place(unfinished: Path, file: Path) -> None:
    """Moves a folder into the cache; it replaces a damaged folder that has lost the file.

    If another process was faster, its folder stays.
    """
    if not file.exists():
        shutil.rmtree(file.parent, ignore_errors=True)
    try:
        unfinished.rename(file.parent)
    except OSError:
        if not file.exists():
            raise
