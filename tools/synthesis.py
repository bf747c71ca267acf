"""`qnn synth`: the cells of a build, as Yosys maps its SystemVerilog to a family of devices."""

import json
import logging
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ..backends.netlist.weighted import WeightsInstance
from ..backends.rtl.printer import emit
from ..backends.rtl.source_files import RtlSource
from ..backends.rtl.synthesis.families import FAMILIES, Area, Family
from ..backends.rtl.synthesis.units import Unit, fifo_units, unit_of, whole_unit
from ..backends.rtl.synthesis.yosys import SynthesisError, synthesise
from ..backends.targets import RTL
from ..hardware.estimate import format_amount, name_of
from .commands.synth import SynthOptions
from .compile.compile import BUILD_FILE
from .errors import UserError
from .files import write_whole
from .report.build import Build, BuildPart
from .tables import align_columns, short_names

LOG = logging.getLogger(__name__)

JOBS = len(os.sched_getaffinity(0))
"""Processes of Yosys at the same time."""


@dataclass(frozen=True)
class SynthesisedPart:
    """The cells of one design."""

    build: BuildPart
    family: Family
    layers: Sequence[Area]
    """For each process: its modules, and the FIFOs of the channels that it writes."""
    whole: Area | None
    """The cells of the design as synthesised at once."""

    @property
    def total(self) -> Area:
        return sum(self.layers, Area())

    @property
    def names(self) -> list[str]:
        """The layer of each process."""
        return [name_of(process) for process in self.build.design.processes]

    @property
    def kinds(self) -> list[str]:
        return [process.kind for process in self.build.design.processes]

    @property
    def estimates(self) -> Sequence[Mapping[str, float]]:
        """The estimated resources of each process; empty if they are those of other devices."""
        if self.family.vendor != self.build.target.vendor:
            return [dict[str, float]()] * len(self.layers)
        return [layer["resources"] for layer in self.build.description["estimate"]["layers"]]

    def as_json(self, seconds: float) -> dict[str, Any]:
        layers = [
            {"name": name, "kind": kind, **self.family.figures(area)}
            for name, kind, area in zip(self.names, self.kinds, self.layers, strict=True)
        ]
        whole = {} if self.whole is None else {"whole": self.family.figures(self.whole)}
        totals = self.family.figures(self.total)
        head = {"target": self.family.name, **totals, "seconds": round(seconds, 1)}
        return {**head, **whole, "layers": layers}


def synth_command(options: SynthOptions) -> None:
    """Prints a table, or JSON, and adds the figures to `build.json`."""
    start = time.monotonic()
    build, family = Build.read(Path(options.build)), FAMILIES[options.family]
    for part in build.parts:
        if part.target is not RTL:
            raise UserError(
                f"{part.folder} is a build for --target {part.target.name}; qnn synth needs one of "
                f"qnn compile --target {RTL.name}"
            )
    try:
        parts = [synthesised(part, family, options.whole) for part in build.parts]
    except SynthesisError as error:
        raise UserError(str(error)) from None
    seconds = time.monotonic() - start
    found = [part.as_json(seconds) for part in parts]
    for part, figures in zip(parts, found, strict=True):
        record(part.build, figures)
    if options.json:
        (first, *others) = found
        print(json.dumps({"parts": found} if others else first, indent=2))
    else:
        print("\n\n".join(map(area_table, parts)))


def synthesised(part: BuildPart, family: Family, whole: bool) -> SynthesisedPart:
    """Synthesises each module and each FIFO of a design, and on request all at once."""
    source = emit(part.design, part.description["top"].removesuffix("_top"))
    LOG.info("synthesising %s for %s", source.top, family.title)
    layers = areas_by_process(source, family)
    (found,) = synthesise([whole_unit(source)], family) if whole else (None,)
    return SynthesisedPart(part, family, [layers[name] for name in part.names], found)


def areas_by_process(source: RtlSource, family: Family) -> dict[str, Area]:
    """The cells of each process by its name, with its FIFOs, and with the ports of its weights."""
    fifos, users = fifo_units(source), dict[str, str]()
    for instance in source.netlist.instances:
        users |= {channel.name: instance.name for channel in instance.reads}
    owners, units = list[str](), list[Unit]()
    for instance in source.netlist.instances:
        is_weights = isinstance(instance, WeightsInstance)
        owner = users[instance.writes[0].name] if is_weights else instance.name
        found = [unit_of(source, module) for module in source.modules[instance.name]]
        found += [fifos[channel.name] for channel in instance.writes]
        owners += [owner] * len(found)
        units += found
    areas = dict[str, Area]()
    for owner, area in zip(owners, synthesise(units, family, JOBS), strict=True):
        areas[owner] = areas.get(owner, Area()) + area
    return areas


def area_table(part: SynthesisedPart) -> str:
    """A line for each process, and the sum; beside it the estimates, if they are of this family."""
    names = short_names(part.names)
    figures = [part.family.figures(area) for area in part.layers]
    estimated = [kind for kind in figures[0] if kind in part.estimates[0]]
    rows = [["layer", "kind", *figures[0], *(f"estimated {kind}" for kind in estimated)]]
    for name, kind, found, estimate in zip(
        part.names, part.kinds, figures, part.estimates, strict=True
    ):
        amounts = [*found.values(), *(estimate[kind] for kind in estimated)]
        rows.append([names[name], kind, *map(format_amount, amounts)])
    sums = [sum(estimate[kind] for estimate in part.estimates) for kind in estimated]
    total = [*part.family.figures(part.total).values(), *sums]
    rows.append(["all", "", *map(format_amount, total)])
    if part.whole is not None:
        whole = map(format_amount, part.family.figures(part.whole).values())
        rows.append(["at once", "", *whole, *("" for _ in estimated)])
    title = f"{part.build.description['top']}, synthesised by Yosys for {part.family.title}:"
    return f"{title}\n{align_columns(rows, 2)}"


def record(build: BuildPart, figures: Mapping[str, Any]) -> None:
    """Adds the figures of a family to the description of a build."""
    earlier = build.description.get("synthesis", {})
    found = {**build.description, "synthesis": {**earlier, figures["target"]: figures}}

    def write(file: BinaryIO) -> None:
        file.write((json.dumps(found, indent=1) + "\n").encode())

    write_whole(str(build.folder / BUILD_FILE), write)
