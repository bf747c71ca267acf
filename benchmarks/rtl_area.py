"""Counts the cells of a network's SystemVerilog, as synthesised by Yosys for series 7.

    python benchmarks/rtl_area.py MODEL --device z7020 --fps 3000 [--folding FILE] [--whole]

Each row is a process, and the FIFOs are one row; every module is synthesised by itself, once for
each choice of its parameters. `--whole` synthesises the whole design too. Results are cached.
"""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qnn.backends.rtl.printer import emit
from qnn.backends.rtl.source_files import RtlSource
from qnn.backends.rtl.synthesis import Area, fifo_units, synthesise, unit_of, whole_unit
from qnn.hardware.resources.device import device_named
from qnn.passes.tile.goal import Goal
from qnn.tools.designs import design_in
from qnn.tools.networks import load_network


@dataclass(frozen=True)
class Row:
    """The cells of a process, or of a module of one."""

    name: str
    area: Area


def areas_of(source: RtlSource, jobs: int) -> dict[str, list[Row]]:
    """The modules of each process with their cells; the FIFOs are under the name `channels`."""
    instances = [(name, module) for name, found in source.modules.items() for module in found]
    units = [unit_of(source, module) for _, module in instances]
    fifos = fifo_units(source)
    areas = synthesise([*units, *fifos.values()], jobs)
    rows: dict[str, list[Row]] = {}
    for (process, module), area in zip(instances, areas[: len(units)], strict=True):
        rows.setdefault(process, []).append(Row(f"{module.name} ({module.module})", area))
    rows["channels"] = [
        Row(name, area) for name, area in zip(fifos, areas[len(units) :], strict=True)
    ]
    return rows


def total(rows: Iterable[Row]) -> Area:
    return sum((row.area for row in rows), Area())


def table(rows: dict[str, list[Row]], modules: bool) -> Iterator[str]:
    """Lines of Markdown, with a row for each process, and for its modules on request."""
    yield "| process | LUT | FF | CARRY4 | BRAM36 | DSP |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, found in rows.items():
        yield line(Row(name, total(found)))
        if modules:
            yield from (line(Row(f"- {row.name}", row.area)) for row in found)
    yield line(Row("sum", total(row for found in rows.values() for row in found)))


def line(row: Row) -> str:
    area = row.area
    cells = [f"{count:,}" for count in (area.lut, area.ff, area.carry)]
    return f"| {' | '.join([row.name, *cells, f'{area.bram36:g}', str(area.dsp)])} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--device", default="z7020")
    parser.add_argument("--fps", type=float)
    parser.add_argument("--folding", metavar="FILE")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--modules", action="store_true", help="print each module, too")
    parser.add_argument("--whole", action="store_true", help="synthesise the whole design, too")
    options = parser.parse_args()
    goal = Goal(device_named(options.device), fps=options.fps, must_fit=False)
    source = emit(design_in(load_network(options.model), goal, options.folding), "design")
    print("\n".join(table(areas_of(source, options.jobs), options.modules)), flush=True)
    if options.whole:
        (whole,) = synthesise([whole_unit(source)])
        print(line(Row("whole", whole)))


if __name__ == "__main__":
    main()
