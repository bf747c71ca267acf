"""The folder of a build, for one device or several, with its test results and an exploration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ...backends.target import Target
from ...backends.targets import TARGETS
from ...qdialect.diagnostics import did_you_mean
from ...qdialect.stream import DesignOp
from ...qdialect.stream.linked_designs import LinkedDesigns, linked_designs_of
from ..compile.compile import BUILD_FILE, DESIGN_FILE, NETWORK_FILE
from ..errors import UserError
from ..explore.points import EXPLORATION
from ..networks import load_network
from .generated_code import code_by_process
from .schema import BUILD_SHAPE, EXPLORATION_SHAPE, LINKED_BUILD_SHAPE, JsonShape, read_fields


@dataclass(frozen=True)
class Build:
    """A folder that `qnn compile` wrote."""

    description: Mapping[str, Any]
    """The content of `build.json`."""
    parts: Sequence["BuildPart"]
    designs: LinkedDesigns
    exploration: Mapping[str, Any] | None = None
    """The content of `explore.json`, if there is an exploration of the network."""

    @staticmethod
    def read(folder: Path, explored: str | None = None) -> "Build":
        several = "parts" in _read_description(folder, {})
        description = _read_description(folder, LINKED_BUILD_SHAPE if several else BUILD_SHAPE)
        network = NETWORK_FILE if several else DESIGN_FILE
        groups = linked_designs_of(load_network(str(folder / network)))
        folders = [folder / name for name in description["parts"]] if several else [folder]
        if len(groups) != 1 or len(groups[0].parts) != len(folders):
            raise UserError(_mixed_builds(folder, network))
        parts = list(map(BuildPart.read, folders, groups[0].parts))
        exploration = None if explored is None else _read_exploration(Path(explored))
        return Build(description, parts, groups[0], exploration)

    @property
    def results(self) -> list[tuple[str, str]]:
        """For each output port that a test wrote, its comparison with the golden vectors."""
        if len(self.parts) == 1:
            return self.parts[0].results
        return [
            (f"{part.folder.name}, {port}", result)
            for part in self.parts
            for port, result in part.results
        ]


@dataclass(frozen=True)
class BuildPart:
    """The design in a folder, with the files of its project."""

    folder: Path
    description: Mapping[str, Any]
    design: DesignOp

    @staticmethod
    def read(folder: Path, design: DesignOp) -> "BuildPart":
        description = _read_description(folder, BUILD_SHAPE)
        name = description["target"]
        if name not in TARGETS:
            hint = did_you_mean(name, TARGETS)
            raise UserError(f"{folder / BUILD_FILE}: unknown target {name!r}; {hint}")
        counts = {len(description["processes"]), len(description["estimate"]["layers"])}
        if counts != {len(design.processes)}:
            raise UserError(_mixed_builds(folder, DESIGN_FILE))
        return BuildPart(folder, description, design)

    @property
    def target(self) -> Target:
        return TARGETS[self.description["target"]]

    @property
    def names(self) -> Sequence[str]:
        """The names of the processes in the generated code, in order."""
        return self.description["processes"]

    @cached_property
    def code(self) -> list[str]:
        """The generated code of each process."""
        return code_by_process(self.folder, self.target, self.names)

    @property
    def results(self) -> list[tuple[str, str]]:
        """For each output port that a test wrote, its comparison with the golden vectors."""
        found: list[tuple[str, str]] = []
        for result in sorted((self.folder / "vectors").glob("*.result.bin")):
            port = result.name.removesuffix(".result.bin")
            golden = self.folder / "vectors" / f"{port}.bin"
            if golden.is_file():
                found.append((port, _compare_results(result.read_bytes(), golden.read_bytes())))
        return found


def _read_description(folder: Path, shape: JsonShape) -> dict[str, Any]:
    """Reads `build.json` of a folder that `qnn compile` wrote."""
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; qnn compile -o {folder} writes one")
    if (folder / EXPLORATION).is_file() and not (folder / BUILD_FILE).is_file():
        raise UserError(
            f"{folder} is an exploration, not a build: use qnn report BUILD --explored {folder}"
        )
    if not (folder / BUILD_FILE).is_file():
        raise UserError(f"{folder} is not a build; qnn compile -o FOLDER writes one")
    return read_fields(folder / BUILD_FILE, shape)


def _mixed_builds(folder: Path, network: str) -> str:
    return f"{folder}: {BUILD_FILE} and {network} belong to different builds: run qnn compile again"


def _read_exploration(path: Path) -> dict[str, Any]:
    """Reads `explore.json`, named by itself or by the folder that `qnn explore -o` wrote."""
    return read_fields(path / EXPLORATION if path.is_dir() else path, EXPLORATION_SHAPE)


def _compare_results(results: bytes, golden: bytes) -> str:
    """The comparison of a test's results with the golden vectors, as text."""
    if len(results) != len(golden):
        return f"{len(results):,} bytes instead of {len(golden):,}"
    differ = np.count_nonzero(np.frombuffer(results, np.uint8) != np.frombuffer(golden, np.uint8))
    return f"{differ:,} of {len(golden):,} bytes differ" if differ else "equal, byte for byte"
