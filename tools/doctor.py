"""`qnn doctor`: the packages and tools that each task needs, and how to install those missing."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ..backends.golden_vectors import SimulationError
from ..backends.hls.simulator import vendor_headers
from .commands.doctor import DoctorOptions
from .tables import align_columns

BASE_INSTALL = "pip install qnn-dialect"


@dataclass(frozen=True)
class Need:
    """A package, a program or a file that a task needs."""

    task: str
    name: str
    find: Callable[[], str]
    """Its version or its place; empty if it is missing."""
    remedy: str
    """How to install it."""


def package_version(name: str) -> Callable[[], str]:
    """Finds the version of a Python package."""

    def find() -> str:
        try:
            return version(name)
        except PackageNotFoundError:
            return ""

    return find


def program_path(name: str) -> Callable[[], str]:
    """Finds the path of a program."""
    return lambda: shutil.which(name) or ""


def gcc_version() -> str:
    """The first line that `g++ --version` prints."""
    found = shutil.which("g++")
    if found is None:
        return ""
    done = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    return (done.stdout.splitlines() or [""])[0]


def hls_headers() -> str:
    """The folder of ap_int.h, the vendor's integer types, as the HLS engine finds it."""
    try:
        return str(vendor_headers())
    except SimulationError:
        return ""


def extra_install(name: str) -> str:
    return f"pip install 'qnn-dialect[{name}]'"


COMPILER_INSTALL = "the system's package g++, or another C++ compiler under that name"
NEEDS = (
    Need("all", "xdsl", package_version("xdsl"), BASE_INSTALL),
    Need("all", "numpy", package_version("numpy"), BASE_INSTALL),
    Need("import of .onnx and .pt2", "onnx", package_version("onnx"), extra_install("onnx")),
    Need("import of torch modules", "torch", package_version("torch"), extra_install("torch")),
    Need("quantize", "onnxruntime", package_version("onnxruntime"), extra_install("quantize")),
    Need("eval, run --engine native", "g++", gcc_version, COMPILER_INSTALL),
    Need("run --engine hls", "g++", gcc_version, COMPILER_INSTALL),
    Need("run --engine hls", "ap_int.h", hls_headers, extra_install("hls")),
    Need("run --engine opencl", "pyopencl", package_version("pyopencl"), extra_install("opencl")),
    Need(
        "run --engine opencl",
        "intel-opencl-rt",
        package_version("intel-opencl-rt"),
        extra_install("opencl"),
    ),
    Need("plots of explore", "matplotlib", package_version("matplotlib"), extra_install("plots")),
    Need("--scheduler", "distributed", package_version("distributed"), extra_install("dask")),
    Need("projects: simulation", "make", program_path("make"), "the system's package make"),
    Need("projects: synthesis", "vitis_hls", program_path("vitis_hls"), "AMD: Vitis HLS"),
    Need("projects: synthesis", "v++", program_path("v++"), "AMD: Vitis, 2024.1 and later"),
    Need("projects: synthesis", "aoc", program_path("aoc"), "Intel: FPGA SDK for OpenCL"),
)


def doctor_command(options: DoctorOptions) -> None:
    """Prints a table, or JSON. A missing package is no error, because few users need them all."""
    found = [(need, need.find()) for need in NEEDS]
    print(json.dumps(needs_as_json(found), indent=2) if options.json else needs_table(found))


def needs_as_json(found: Sequence[tuple[Need, str]]) -> dict[str, Any]:
    return {
        "python": sys.version.split()[0],
        "needs": [
            {"for": need.task, "what": need.name, "found": state or None, "get": need.remedy}
            for need, state in found
        ],
    }


def needs_table(found: Sequence[tuple[Need, str]]) -> str:
    rows = [["task", "needs", "", "found, or how to install it"]]
    for need, state in found:
        rows.append([need.task, need.name, "yes" if state else "no", state or need.remedy])
    return "\n".join(line.rstrip() for line in align_columns(rows, 4).splitlines())
