"""Emitted designs in place of the interpreter, compiled once and kept.

run(module, [images], engine=HlsEngine(folder))
"""

import hashlib
import logging
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from ...qdialect.data import Array
from ...qdialect.stream import DesignOp
from .emitter import emit
from .printing import Emitted
from .simulation import HERE, Simulation, SimulationError, compiler, vendor_headers

LOG = logging.getLogger(__name__)


class HlsEngine:
    """Runs designs as HLS C++.

    Programs are kept in a folder, each under a name that stands for all that went into it: the
    design's sources, the library's, and the compiler. Nothing there is ever changed, and a program
    that is not finished is never there.
    """

    def __init__(self, kept: Path, bounded: bool = False):
        self.kept = kept
        self.bounded = bounded
        self.simulations: dict[DesignOp, Simulation] = {}

    def __call__(self, design: DesignOp, inputs: list[Array]) -> list[Array]:
        if design not in self.simulations:
            self.simulations[design] = self.simulation_of(emit(design))
            LOG.info("simulating the design")
        return self.simulations[design].run([inputs])[0]

    def simulation_of(self, emitted: Emitted) -> Simulation:
        """The program of a design, compiled if it is not there yet."""
        folder = self.kept / fingerprint(emitted, self.bounded)
        if not folder.exists():
            LOG.info("compiling the design with g++")
            try:
                self.kept.mkdir(parents=True, exist_ok=True)
                with TemporaryDirectory(prefix=".", dir=self.kept) as temporary:
                    unfinished = Path(temporary) / "program"
                    Simulation([emitted], unfinished, self.bounded).build()
                    rename_unless_there(unfinished, folder)
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise SimulationError(f"programs can't be kept in {self.kept}: {reason}") from None
        return Simulation([emitted], folder, self.bounded)


def rename_unless_there(unfinished: Path, folder: Path) -> None:
    """Another process may have been faster."""
    try:
        unfinished.rename(folder)
    except OSError:
        if not folder.exists():
            raise


def fingerprint(emitted: Emitted, bounded: bool) -> str:
    """A name for all that a program is made of."""
    version = subprocess.run([compiler(), "--version"], capture_output=True, check=False).stdout
    parts = [version, str(vendor_headers()).encode(), str(bounded).encode()]
    for path in sorted((HERE / "include").rglob("*.hpp")) + sorted(HERE.glob("simulation/*")):
        parts.append(path.read_bytes())
    for path, content in emitted.files.items():
        parts += [path.encode(), content if isinstance(content, bytes) else content.encode()]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)} ".encode() + part)
    return digest.hexdigest()[:32]
