"""What `qnn compile` wrote into a folder, for one device or more, and what was found out since."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np

from ...qdialect import documents
from ...qdialect.diagnostics import did_you_mean
from ...qdialect.stream import DesignOp
from ...qdialect.stream.linked_designs import LinkedDesigns, linked_designs_of
from ..compile import BUILD, DESIGN, TARGETS
from ..compile_parts import NETWORK
from ..files import UserError, read_text
from ..networks import load_network
from ..points import RESULT

Shape: TypeAlias = Any
"""What a value of JSON is to be: a type, a list of such, or an object with such at least."""


@dataclass(frozen=True)
class Maybe:
    """What may be left out, or null."""

    shape: Shape


@dataclass(frozen=True)
class Each:
    """An object whose values are all like this."""

    shape: Shape


NUMBER: Shape = (int, float)
LAYER: Shape = {"pe": int, "simd": int, "cycles": int, "resources": Each(NUMBER)}
TOGETHER: Shape = {
    **dict.fromkeys(("fps", "clock_mhz", "interval_cycles", "latency_cycles", "ops"), NUMBER),
    **dict.fromkeys(("bottleneck", "device"), str),
    "weight_bits": NUMBER,
    "next_step": Maybe({"fps": NUMBER, "resources": Each(NUMBER), "limits": [str]}),
}
AMOUNTS: Shape = {
    **dict.fromkeys(("resources", "utilisation"), Each(NUMBER)),
    "error": dict,
    "external_gb_s": NUMBER,
    "layers": [LAYER],
}
LINK: Shape = {"to": str, **dict.fromkeys(("bits", "gbit_s", "most_gbit_s"), NUMBER)}
ORIGIN: Shape = dict.fromkeys(("made_by", "network", "target", "top"), str)
PORT: Shape = {
    **dict.fromkeys(("name", "role", "dtype"), str),
    **dict.fromkeys(("frame_bytes", "word_bits"), int),
    "frame": [int],
    "unit": Maybe({"scale": [NUMBER], "zero": [int]}),
}
PART: Shape = {
    **ORIGIN,
    "part": str,
    "processes": [str],
    "ports": Maybe([PORT]),
    "estimate": {**TOGETHER, **AMOUNTS},
}
"""What a report takes from the `build.json` of a design."""

PARTS: Shape = {**ORIGIN, "parts": [str], "estimate": {**TOGETHER, "links": [LINK]}}
"""What it takes from that of several designs, each in a folder of its own."""

POINT: Shape = {"fps": NUMBER, "utilisation": Each(NUMBER)}
CURVE: Shape = {
    "device": str,
    "clock_mhz": NUMBER,
    "front": Maybe([POINT]),
    "at_rate": Maybe(POINT),
}
EXPLORED: Shape = {"curves": [CURVE]}
"""What it takes from `explore.json`."""


@dataclass(frozen=True)
class Build:
    """A folder of `qnn compile`."""

    about: Mapping[str, Any]
    """What `build.json` says."""
    parts: Sequence["Part"]
    whole: LinkedDesigns
    explored: Mapping[str, Any] | None = None
    """What `qnn explore` found for the network."""

    @staticmethod
    def read(folder: Path, explored: str | None = None) -> "Build":
        about = about_of(folder, {})
        several = "parts" in about
        about = about_of(folder, PARTS if several else PART)
        network = NETWORK if several else DESIGN
        wholes = linked_designs_of(load_network(str(folder / network)))
        folders = [folder / name for name in about["parts"]] if several else [folder]
        if len(wholes) != 1 or len(wholes[0].parts) != len(folders):
            raise UserError(f"{folder}: {BUILD} and {network} are not of one build")
        parts = list(map(Part.read, folders, wholes[0].parts))
        found = None if explored is None else read_json(explored_file(Path(explored)), EXPLORED)
        return Build(about, parts, wholes[0], found)

    @property
    def results(self) -> list[tuple[str, str]]:
        """For each output port, whether the frames that a test wrote are those expected."""
        if len(self.parts) == 1:
            return self.parts[0].results
        return [
            (f"{part.folder.name}, {port}", told)
            for part in self.parts
            for port, told in part.results
        ]


@dataclass(frozen=True)
class Part:
    """The folder of one design, and the design."""

    folder: Path
    about: Mapping[str, Any]
    design: DesignOp

    @staticmethod
    def read(folder: Path, design: DesignOp) -> "Part":
        about = about_of(folder, PART)
        if about["target"] not in TARGETS:
            hint = did_you_mean(about["target"], TARGETS)
            raise UserError(f"{folder / BUILD} has no target {about['target']!r}; {hint}")
        counts = {len(about["processes"]), len(about["estimate"]["layers"])}
        if counts != {len(design.processes)}:
            raise UserError(f"{folder}: {BUILD} and the design are not of one build")
        return Part(folder, about, design)

    @property
    def names(self) -> Sequence[str]:
        """What the processes are called in the code, in order."""
        return self.about["processes"]

    @cached_property
    def code(self) -> list[str]:
        """For each process, the code that was generated for it."""
        pieces: dict[str, list[str]] = {name: [] for name in self.names}
        for piece in self._pieces():
            owner = self._owner(piece)
            if owner is not None:
                pieces[owner].append(piece.strip())
        return ["\n".join(pieces[name]) for name in self.names]

    def _pieces(self) -> list[str]:
        """Structs of C++ and calls in the top function; or sections of OpenCL C."""
        if self.about.get("target") == "opencl":
            return re.split(r"\n(?=/// )", read_text(str(self.folder / "top.cl")))
        calls = read_text(str(self.folder / "top.cpp")).splitlines()
        return [
            *re.split(r"\n\n(?=/// )", read_text(str(self.folder / "top.hpp"))),
            *(line for line in calls if line.startswith("    qnn::")),
        ]

    def _owner(self, piece: str) -> str | None:
        """The process that a piece is for: the one it names, or whose channel it names last."""
        names = set(self.names)
        defined = re.search(r"^struct (\w+)|^    qnn::\w+<(\w+)>|#define NAME (\w+)", piece, re.M)
        words = [word for word in defined.groups() if word] if defined else []
        words += reversed(re.findall(r"\w+", piece)) if piece.startswith("    qnn::") else []
        for word in words:
            parts = word.split("_")
            for end in range(len(parts), 0, -1):
                if "_".join(parts[:end]) in names:
                    return "_".join(parts[:end])
        return None

    @property
    def results(self) -> list[tuple[str, str]]:
        """For each output port, whether the frames that a test wrote are those expected."""
        found: list[tuple[str, str]] = []
        for result in sorted((self.folder / "vectors").glob("*.result.bin")):
            port = result.name.removesuffix(".result.bin")
            golden = self.folder / "vectors" / f"{port}.bin"
            if golden.is_file():
                found.append((port, compared(result.read_bytes(), golden.read_bytes())))
        return found


def about_of(folder: Path, wanted: Shape) -> dict[str, Any]:
    """What a folder of `qnn compile` says of itself."""
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder: qnn compile -o {folder} makes one")
    if (folder / RESULT).is_file() and not (folder / BUILD).is_file():
        raise UserError(
            f"{folder} is no build but what qnn explore found: qnn report BUILD --explored {folder}"
        )
    if not (folder / BUILD).is_file():
        raise UserError(f"{folder} is no build, which qnn compile -o FOLDER makes")
    return read_json(folder / BUILD, wanted)


def compared(found: bytes, wanted: bytes) -> str:
    """In what a test's results differ from those expected."""
    if len(found) != len(wanted):
        return f"{len(found):,} bytes, {len(wanted):,} are expected"
    differ = np.count_nonzero(np.frombuffer(found, np.uint8) != np.frombuffer(wanted, np.uint8))
    return f"{differ:,} of {len(wanted):,} bytes differ" if differ else "equal, byte for byte"


def explored_file(path: Path) -> Path:
    """`explore.json` of a folder that `qnn explore -o` wrote."""
    return path / RESULT if path.is_dir() else path


def read_json(path: Path, wanted: Shape) -> dict[str, Any]:
    """An object of JSON that holds what is wanted of it."""
    try:
        found = documents.parse_json(read_text(str(path)))
    except ValueError as error:
        raise UserError(f"{path} is no JSON: {error}") from None
    wrong = misfit(found, wanted, "it")
    if wrong is not None:
        raise UserError(f"{path} is not what qnn wrote: {wrong}")
    return found


def misfit(found: Any, wanted: Shape, place: str) -> str | None:
    """Where a value is not as wanted."""
    parts: list[tuple[Any, Shape, str]] = []
    match wanted:
        case {**shapes} if isinstance(found, dict):
            needed = (name for name, shape in shapes.items() if not isinstance(shape, Maybe))
            lacking = [name for name in needed if name not in found]
            if lacking:
                return f"{place} has no {lacking[0]!r}"
            entries = cast("dict[str, Any]", found)
            parts = [(entries.get(name), shape, repr(name)) for name, shape in shapes.items()]
        case Maybe(shape):
            parts = [] if found is None else [(found, shape, place)]
        case Each(shape) if isinstance(found, dict):
            values = cast("dict[str, Any]", found).values()
            parts = [(value, shape, f"what {place} holds") for value in values]
        case [shape] if isinstance(found, list):
            items = cast("list[Any]", found)
            parts = [(item, shape, f"what {place} holds") for item in items]
        case _:
            if not isinstance(wanted, type | tuple) or not isinstance(found, wanted):
                return f"{place} is {json.dumps(found)[:40]}"
    return next(filter(None, (misfit(*part) for part in parts)), None)
