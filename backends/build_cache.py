"""Programs that are compiled once and kept, each under a name for all that went into it.

Nothing that is kept is ever changed, and what is not finished is never there.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory


def fingerprint(parts: Iterable[str | bytes]) -> str:
    """A name for all that something is made of."""
    digest = hashlib.sha256()
    for part in parts:
        part = part.encode() if isinstance(part, str) else part
        digest.update(f"{len(part)} ".encode() + part)
    return digest.hexdigest()[:32]


def build_once(file: Path, make: Callable[[Path], object]) -> None:
    """Makes the folder of a file that is there when the folder is complete."""
    kept = file.parent.parent
    kept.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".", dir=kept) as temporary:
        unfinished = Path(temporary) / "new"
        unfinished.mkdir()
        make(unfinished)
        move_into_place(unfinished, file)


def move_into_place(unfinished: Path, file: Path) -> None:
    """Another process may have been faster; what somebody damaged goes."""
    if not file.exists():
        shutil.rmtree(file.parent, ignore_errors=True)
    try:
        unfinished.rename(file.parent)
    except OSError:
        if not file.exists():
            raise
