"""`qnn compile`: from a network to projects for the vendor's tools, one for each of its designs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from xdsl.dialects.builtin import ModuleOp, SymbolRefAttr

from ...backends.golden_vectors import write
from ...backends.netlist.netlist import DesignPort
from ...backends.project import VERSION, DesignSource
from ...backends.target import Target
from ...backends.targets import TARGETS
from ...hardware.estimate import Estimate
from ...hardware.search.limits import NextStep
from ...passes.tile.folding_file import write_folding
from ...passes.tile.layer_folding import foldable_layers, folding_of
from ...qdialect.interpreter import check_inputs, entry_of
from ...qdialect.qnn.constants import NamedData
from ...qdialect.stream import DesignOp
from ..arrays import load_array
from ..commands.compile import CompileOptions
from ..design_runner import as_user_errors
from ..designs import timed
from ..devices import check_device_target, find_device
from ..estimate.estimate_json import estimate_as_json
from ..estimate.estimate_tables import estimate_table
from ..folders import build_folder
from ..networks import load_network, write_module
from ..system import System, build_system, next_faster_design
from .design_vectors import GoldenVectors, recorded_vectors, sampled_vectors
from .linked_project import top_level_files
from .project_summary import project_summary
from .units import Unit, units_of

BUILD_FILE = "build.json"
"""The origin and the estimate of a build."""

DESIGN_FILE = "design.mlir"
"""The design that a project was generated from."""

NETWORK_FILE = "network.mlir"
"""The designs of all parts, with the host's program around them."""


def compile_command(options: CompileOptions) -> None:
    """Writes a project, or one per device and the files that join them; prints the estimate."""
    target = TARGETS[options.target]
    for name in [options.device] if options.device is not None else options.devices or []:
        check_device_target(find_device(name), target)
    with build_folder(options.output) as folder, as_user_errors():
        inputs = [load_array(name) for name in options.inputs]
        with timed("import"):
            module = load_network(options.network)
        if inputs:
            check_inputs(entry_of(module), inputs, options.inputs)
        system = build_system(module, options)
        for device in system.devices:
            check_device_target(device, target)
        found = system.estimate(options.over_budget)
        with timed("golden vectors"):
            vectors = (
                recorded_vectors(module, inputs)
                if inputs
                else sampled_vectors(module, system.designs)
            )
        options_of_target = {"streams": True} if options.streams else {}
        emit = partial(target.load().emit, **options_of_target)
        writer = ProjectWriter(Path(options.network), target, emit, system, found)
        text = writer.write(module, vectors, folder)
    print(text)


@dataclass(frozen=True)
class ProjectWriter:
    """Writes the projects of a network's designs."""

    network: Path
    target: Target
    emit: Callable[[DesignOp, str], DesignSource]
    system: System
    found: Estimate

    def write(
        self, module: ModuleOp, vectors: Mapping[DesignOp, GoldenVectors], folder: Path
    ) -> str:
        """Writes the project of the only design, or for a chain a project per part and the files
        that join them; returns the estimate as text."""
        stem, is_chain = self.network.stem, self.system.is_chain
        emitted, step = dict[DesignOp, DesignSource](), None
        for design, part in zip(self.system.designs.parts, self.found.parts, strict=True):
            name, place, own, found = stem, folder, module, self.found
            if is_chain:
                name, place = f"{stem}_{part.name}", folder / part.name
                own, found = extract_part(module, design), self.found.of_part(part)
                place.mkdir()
            emitted[design] = self.emit(design, name)
            step = next_faster_design(design, found)
            self._write_part(own, design, emitted[design], vectors[design], found, step, place)
        if is_chain:
            self._write_top_level(module, emitted, folder)
        return estimate_table(self.found, is_chain, step)

    def _write_part(
        self,
        module: ModuleOp,
        design: DesignOp,
        emitted: DesignSource,
        vectors: GoldenVectors,
        found: Estimate,
        step: NextStep | None,
        folder: Path,
    ) -> None:
        (part,) = found.parts
        names = [port.name for port in (*emitted.inputs, *emitted.outputs)]
        units = dict(zip(names, units_of(module, design), strict=True))
        notes = [f"- {unit.formula(name)}" for name, unit in units.items() if unit]
        summary = "\n".join([project_summary(design, emitted, found), *notes])
        project = self.target.load().project(emitted, part.device, found.clock_mhz, summary)
        with timed("write"):
            write(project.files(*vectors), folder)
            write_design(folder, module, design)
            self._write_description(
                folder,
                estimate_as_json(found, is_chain=False, step=step),
                part=part.device.part,
                top=emitted.top,
                processes=list(emitted.processes),
                ports=[
                    port_as_json(port, emitted.word_bytes(port), units.get(port.name))
                    for port in emitted.ports
                ],
            )

    def _write_top_level(
        self, module: ModuleOp, emitted: Mapping[DesignOp, DesignSource], folder: Path
    ) -> None:
        """Writes the files beside the projects of a chain."""
        with (folder / NETWORK_FILE).open("wb") as file:
            write_module(module, file)
        files = top_level_files(module, self.target, NETWORK_FILE, emitted, self.found)
        for name, text in files.items():
            (folder / name).write_text(text)
        names = [part.name for part in self.found.parts]
        estimate = estimate_as_json(self.found, is_chain=True)
        self._write_description(folder, estimate, top=self.network.stem, parts=names)

    def _write_description(self, folder: Path, estimate: Mapping[str, Any], **more: object) -> None:
        """Writes the description of a build, for scripts and for `qnn report`."""
        description = {
            "made_by": VERSION,
            "network": self.network.name,
            "target": self.target.name,
            **more,
            "estimate": estimate,
        }
        (folder / BUILD_FILE).write_text(json.dumps(description, indent=1) + "\n")


def extract_part(module: ModuleOp, part: DesignOp) -> ModuleOp:
    """A module with a part and the constants that it reads."""
    named = {
        value.root_reference.data
        for process in part.processes
        for value in process.properties.values()
        if isinstance(value, SymbolRefAttr)
    }
    constants = [op for op in module.ops if isinstance(op, NamedData)]
    used = [op.clone() for op in constants if op.sym_name.data in named]
    return ModuleOp([part.clone(), *used])


def port_as_json(port: DesignPort, word_bytes: int, unit: Unit | None) -> dict[str, Any]:
    """A port as a host program needs it: its name, its role, and the layout of its frames."""
    return {
        "name": port.name,
        "role": port.role,
        "frame": list(port.frame),
        "dtype": str(port.dtype),
        "frame_bytes": port.frame_bytes,
        "word_bits": 8 * word_bytes,
        "unit": unit and asdict(unit),
    }


def write_design(folder: Path, module: ModuleOp, design: DesignOp) -> None:
    """Writes the design that a project was generated from, and its folding."""
    with (folder / DESIGN_FILE).open("wb") as file:
        write_module(module, file)
    folds = {name: folding_of(found[0]) for name, found in foldable_layers(design).items()}
    write_folding(str(folder / "folding.json"), folds)
