"""Runs Yosys on units, and counts their cells.

    areas = synthesise([unit_of(source, module)], XC7, jobs=2)

Yosys neither packs cells into slices nor places or routes them.
"""

import json
import logging
import re
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ...build_cache import build_once, fingerprint, is_intact, user_cache
from ...golden_vectors import write
from ...programs import Commands, Finished
from ...temporary_folders import temporary_folder
from .families import Area, Family
from .units import Unit

LOG = logging.getLogger(__name__)

BATCH = 12
"""Units that one process of Yosys synthesises at once: most of its time for a small unit goes into
reading the libraries of cells."""

RUN_SCRIPT = (
    "from pyosys.libyosys import Design, run_pass; run_pass('script synthesis.ys', Design())"
)

CELLS_FILE = "cells.json"

CHECK = "setattr -mod -unset top\nproc\ncheck -assert\n"
"""Ends with an error if there are logic loops, which cannot be seen in mapped cells. No unit is the
top module: all others would be deleted."""

COUNT = f"check -assert\ntee -q -o {CELLS_FILE} stat -json\n"


class SynthesisError(Exception):
    """Yosys is missing, or cannot synthesise a module."""


def synthesise(units: Sequence[Unit], family: Family, jobs: int = 2) -> list[Area]:
    """The resources of each unit; equal units are synthesised once, and kept in the user's
    cache."""
    folders = [folder_of(unit, family) for unit in units]
    missing = {
        folder: unit for folder, unit in zip(folders, units, strict=True) if not is_intact(folder)
    }
    by_mapping: dict[str, list[tuple[Path, Unit]]] = {}
    for folder, unit in missing.items():
        by_mapping.setdefault(unit.mapping(family), []).append((folder, unit))
    batches: list[list[tuple[Path, Unit]]] = []
    for same in by_mapping.values():
        count = max(jobs, -(-len(same) // BATCH))
        batches += [same[n::count] for n in range(min(count, len(same)))]
    done = 0
    with ThreadPoolExecutor(jobs) as threads:
        for count in threads.map(partial(synthesise_batch, family), batches):
            done += count
            share = {"share": done / len(missing)}
            LOG.debug("%d of %d modules", done, len(missing), extra=share)
    texts = [(folder / CELLS_FILE).read_text() for folder in folders]
    return [family.area_of(json.loads(text)) for text in texts]


def folder_of(unit: Unit, family: Family) -> Path:
    """The folder of the cache for the cells of a unit."""
    texts = [part for file in sorted(unit.files.items()) for part in file]
    scripts = family.libraries, unit.script("unit"), unit.mapping(family)
    return user_cache("rtl") / f"cells-{fingerprint([yosys_version(), *scripts, *texts])}"


def yosys_version() -> str:
    try:
        return version("pyosys")
    except PackageNotFoundError:
        error = "Yosys is not installed: pip install 'qnn-dialect[synthesis]'"
        raise SynthesisError(error) from None


def synthesise_batch(family: Family, batch: Sequence[tuple[Path, Unit]]) -> int:
    """Synthesises units in one process of Yosys, and stores the cells of each in its folder;
    returns their number."""
    names = [f"unit_{n}" for n in range(len(batch))]
    script = f"{family.libraries}\n"
    with temporary_folder("qnn-synthesis-") as working, Commands(working) as commands:
        for name, (_, unit) in zip(names, batch, strict=True):
            write({f"{name}/{path}": text for path, text in unit.files.items()}, working)
            script += unit.script(name)
        (working / "synthesis.ys").write_text(script + CHECK + batch[0][1].mapping(family) + COUNT)
        done = commands.run([sys.executable, "-c", RUN_SCRIPT], working)
        if not (working / CELLS_FILE).exists():
            raise SynthesisError(f"Yosys cannot synthesise a module: {first_errors(done)}")
        found = json.loads((working / CELLS_FILE).read_text())["modules"]
    for name, (folder, _) in zip(names, batch, strict=True):
        cells = json.dumps(found[f"\\{name}"]["num_cells_by_type"])
        build_once(folder, lambda new, cells=cells: (new / CELLS_FILE).write_text(cells))
    return len(batch)


def first_errors(done: Finished) -> str:
    errors = re.findall(r"(?i:error): .*", done.output + done.errors)
    return " ".join(errors[:3]) or done.errors[-200:]
