"""Devices and their resources. Each device is a TOML file: one of ours, or a user's."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ...qdialect.diagnostics import did_you_mean
from ...qdialect.documents import parse_toml
from ...qdialect.input_files import read_whole
from ...qdialect.stream.design import CLOCK_RANGE_MHZ, check_clock

Use = npt.NDArray[np.float64]
"""Amounts of each kind of resource, along the first axis."""

RESOURCE_KINDS = ("logic", "ff", "block", "ultra", "dsp", "port")
"""LUTs or ALMs; flip-flops; BRAM18s or M20Ks; URAMs; DSPs; bits per cycle of off-chip memory."""

DEFAULT_BUDGET_SHARE = np.array([0.7, 0.5, 0.8, 0.8, 0.8, 0.8])
"""The share of each kind that a design may use so that its timing closes."""

VENDOR_NAMES: dict[str, tuple[str, str, str, str | None, str]] = {
    "xilinx": ("lut", "ff", "bram18", "uram", "dsp"),
    "intel": ("alm", "ff", "m20k", None, "dsp"),
}
"""Each vendor's names of the resource kinds, in the order of `RESOURCE_KINDS`."""

FLIP_FLOPS_PER_LOGIC = {"xilinx": 2, "intel": 4}
"""Flip-flops for each LUT, or in each ALM, of all current devices: for files without a number."""

SPEED_GRADE = re.compile(r"-[1-9]")
"""The speed grade in the name of a part of Xilinx."""

DEVICES_FOLDER = Path(__file__).parents[1] / "devices"


CONFIDENCES = ("measured", "vendor", "guess")
"""The source of a figure: a board or a run of a tool, the vendor's tables, or a guess."""


class DeviceError(Exception):
    """An unknown device, or a file that does not describe a device."""


@dataclass(frozen=True)
class FigureSource:
    """The source of a figure of a device, and the confidence in it."""

    text: str = "no source in the file"
    confidence: str = "guess"


@dataclass(frozen=True)
class Device:
    """A part and its resources."""

    name: str
    description: str
    vendor: str
    part: str
    clock_mhz: float
    resources: dict[str, int]
    bandwidth_gb_s: float = 0.0
    """The bandwidth of its off-chip memory; 0 if it has none, or if it is not known."""
    sources: Mapping[str, FigureSource] = field(default_factory=dict[str, FigureSource])
    """By the key of the figure in the file; `resources` is the source of all resources."""
    family: str = ""
    """Part-number prefix shared by all packages and speed grades of this die."""
    boards: Mapping[str, str] = field(default_factory=dict[str, str])
    """Boards with this device, and the part on each."""
    max_clocks_mhz: Mapping[str, float] = field(default_factory=dict[str, float])
    """The highest clock of each speed grade; an empty name is any other part."""
    measured_clock_mhz: float = 0.0
    """The highest clock of a design on a board that was compared with the models; 0 if none was."""

    @property
    def max_clock_mhz(self) -> float:
        """The highest clock of this part, or of the fastest if its name has no speed grade."""
        grade = SPEED_GRADE.search(self.part)
        fastest = max(self.max_clocks_mhz.values(), default=CLOCK_RANGE_MHZ[1])
        return self.max_clocks_mhz.get(grade[0] if grade else "", fastest)

    def check_clock(self, mhz: float) -> None:
        """Raises DeviceError for a clock that the part cannot have."""
        if mhz > self.max_clock_mhz:
            raise DeviceError(
                f"{self.name} cannot run at {mhz:g} MHz: the limit of {self.part} is "
                f"{self.max_clock_mhz:g} MHz ({self.source('max_clock_mhz').text}); choose a lower "
                "clock"
            )

    @property
    def figures(self) -> dict[str, float]:
        """All figures, by their keys in the file."""
        limit = self.max_clock_mhz if self.max_clocks_mhz else 0
        optional = {
            "max_clock_mhz": limit,
            "measured_clock_mhz": self.measured_clock_mhz,
            "bandwidth_gb_s": self.bandwidth_gb_s,
        }
        known = {key: figure for key, figure in optional.items() if figure}
        return {**self.resources, "clock_mhz": self.clock_mhz, **known}

    def source(self, key: str) -> FigureSource:
        """The source of a figure."""
        whole = (
            self.sources.get("resources", FigureSource())
            if key in self.resources
            else FigureSource()
        )
        return self.sources.get(key, whole)

    def has_part(self, name: str) -> bool:
        """Whether a part is of this die by its name; a digit after the prefix names another die."""
        rest = name.lower().removeprefix(self.family.lower())
        return bool(self.family) and rest != name.lower() and not rest[:1].isdigit()

    def amounts(self, clock_mhz: float) -> Use:
        """The amount of each kind; that of off-chip bits per cycle depends on the clock."""
        logic = VENDOR_NAMES[self.vendor][0]
        usual = {"ff": FLIP_FLOPS_PER_LOGIC[self.vendor] * self.resources[logic]}
        counts = [
            {**usual, **self.resources}.get(name or "", 0) for name in VENDOR_NAMES[self.vendor]
        ]
        return np.array([*counts, self.bandwidth_gb_s * 8e3 / clock_mhz])

    def budget(self, clock_mhz: float) -> Use:
        """The amount of each kind that a design may use."""
        return self.amounts(clock_mhz) * DEFAULT_BUDGET_SHARE


def known_devices() -> list[str]:
    return sorted(path.stem for path in DEVICES_FOLDER.glob("*.toml"))


def device_named(name: str) -> Device:
    """A known device by its name, a part or a board, or the device of a TOML file."""
    if name.endswith(".toml"):
        return _read_device(Path(name))
    if name in known_devices():
        return _read_device(DEVICES_FOLDER / f"{name}.toml")
    devices = [_read_device(path) for path in DEVICES_FOLDER.glob("*.toml")]
    for device in devices:
        if device.has_part(name):
            return replace(device, name=name, part=name)
        if name.lower() in device.boards:
            return replace(device, name=name, part=device.boards[name.lower()])
    also = [name for device in devices for name in (device.part, *device.boards)]
    raise DeviceError(f"unknown device {name!r}; {did_you_mean(name, known_devices(), also)}")


def _read_device(path: Path) -> Device:
    try:
        return _device_from(path.stem, parse_toml(read_whole(path).decode()))
    except OSError as error:
        raise DeviceError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except ValueError as error:
        raise DeviceError(f"{path} is not a valid device file: {error}") from None


REQUIRED_KEYS = ("description", "vendor", "part", "clock_mhz", "resources")

OPTIONAL_FIGURES = ("max_clock_mhz", "measured_clock_mhz", "bandwidth_gb_s")

MAX_FIGURE = 1 << 40
"""Upper limit of the figures in a file: more than any device has."""


def _device_from(name: str, entries: dict[str, Any]) -> Device:
    known = (*REQUIRED_KEYS, "family", "boards", *OPTIONAL_FIGURES, "sources")
    for key in entries:
        if key not in known:
            raise ValueError(f"unknown key {key!r}; {did_you_mean(key, known)}")
    missing = [key for key in REQUIRED_KEYS if key not in entries]
    if missing:
        raise ValueError(f"add the missing keys {', '.join(missing)}")
    for key in ("description", "vendor", "part", "family"):
        if not isinstance(entries.get(key, ""), str):
            raise ValueError(f"{key} must be text, not {entries[key]!r}")
    if entries["vendor"] not in VENDOR_NAMES:
        known_vendors = " or ".join(VENDOR_NAMES)
        raise ValueError(f"vendor must be {known_vendors}, not {entries['vendor']!r}")
    resources = _resources(entries["vendor"], entries["resources"])
    figures = [*resources, "resources", "clock_mhz", *OPTIONAL_FIGURES]
    return Device(
        name,
        entries["description"],
        entries["vendor"],
        entries["part"],
        _clock(entries),
        resources,
        _optional_number(entries, "bandwidth_gb_s"),
        _sources(figures, entries.get("sources", {})),
        entries.get("family", ""),
        _boards(entries.get("boards", {})),
        _max_clocks(entries),
        _optional_number(entries, "measured_clock_mhz"),
    )


def _optional_number(entries: dict[str, Any], key: str) -> float:
    return _positive_number(entries, key) if key in entries else 0.0


def _max_clocks(entries: dict[str, Any]) -> dict[str, float]:
    """The highest clock: a number, or one for each speed grade."""
    match entries.get("max_clock_mhz", {}):
        case {**grades} if all(SPEED_GRADE.fullmatch(str(grade)) for grade in grades):
            return {str(grade): _positive_number(grades, grade) for grade in grades}
        case {**grades}:
            raise ValueError(f"max_clock_mhz: speed grades are -1, -2 and so on, not {[*grades]}")
        case _:
            return {"": _positive_number(entries, "max_clock_mhz")}


def _boards(entries: Any) -> dict[str, str]:
    match entries:
        case {**parts} if all(isinstance(part, str) for part in parts.values()):
            return {str(board).lower(): part for board, part in parts.items()}
        case _:
            raise ValueError(f"boards must be a table from names to part numbers, not {entries!r}")


def _positive_number(entries: dict[str, Any], key: str) -> float:
    value = entries[key]
    if type(value) not in (int, float) or not 0 < value < MAX_FIGURE:
        raise ValueError(f"{key} must be a number above 0, not {value!r}")
    return float(value)


def _clock(entries: dict[str, Any]) -> float:
    clock = _positive_number(entries, "clock_mhz")
    check_clock(clock)
    return clock


def _resources(vendor: str, counts: Any) -> dict[str, int]:
    logic, *others = filter(None, VENDOR_NAMES[vendor])
    known = [logic, *others]
    if not isinstance(counts, dict):
        raise ValueError(f"resources must be a table of numbers, not {counts!r}")
    found = cast(dict[str, Any], counts)
    for key, value in found.items():
        if key not in known:
            raise ValueError(f"resources: unknown key {key!r}; {did_you_mean(key, known)}")
        if type(value) is not int or not 0 <= value < MAX_FIGURE:
            raise ValueError(f"resources: {key} must be a whole number, not {value!r}")
    if not found.get(logic):
        raise ValueError(f"resources: {logic} must be above 0: every design needs it")
    return found


def _sources(figures: Sequence[str], entries: Any) -> dict[str, FigureSource]:
    if not isinstance(entries, dict):
        raise ValueError(f"sources must be a table of figures, not {entries!r}")
    found: dict[str, FigureSource] = {}
    for key, entry in cast(dict[str, Any], entries).items():
        if key not in figures:
            raise ValueError(f"sources: unknown figure {key!r}; {did_you_mean(key, figures)}")
        match entry:
            case {"from": str(text), "confidence": str(confidence), **rest} if not rest:
                if confidence not in CONFIDENCES:
                    hint = did_you_mean(confidence, CONFIDENCES)
                    raise ValueError(f"sources: {key}: unknown confidence {confidence!r}; {hint}")
                found[key] = FigureSource(text, confidence)
            case _:
                raise ValueError(f'sources: {key} must be {{ from = "...", confidence = "..." }}')
    return found
