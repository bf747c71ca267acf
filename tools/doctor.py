"""`qnn doctor`: what is there for each thing the commands can do, and how to get the rest."""

import argparse
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
from ..frontends.summary import align_columns

BASE = "pip install qnn-dialect"


@dataclass(frozen=True)
class Need:
    """Something that a task takes, which may not be there."""

    task: str
    what: str
    look: Callable[[], str]
    """What is found; nothing if it is not there."""
    get: str
    """How to get it."""


def package(name: str) -> Callable[[], str]:
    """The version of a Python package."""

    def look() -> str:
        try:
            return version(name)
        except PackageNotFoundError:
            return ""

    return look


def program(name: str) -> Callable[[], str]:
    """Where a program is."""
    return lambda: shutil.which(name) or ""


def gcc() -> str:
    """The compiler's own words."""
    found = shutil.which("g++")
    if found is None:
        return ""
    done = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    return (done.stdout.splitlines() or [""])[0]


def headers() -> str:
    """Where the HLS engine finds the vendor's integers."""
    try:
        return str(vendor_headers())
    except SimulationError:
        return ""


def extra(name: str) -> str:
    return f"pip install 'qnn-dialect[{name}]'"


COMPILER = "your system's package g++, or any C++ compiler under that name"
NEEDS = (
    Need("all", "xdsl", package("xdsl"), BASE),
    Need("all", "numpy", package("numpy"), BASE),
    Need("import of .onnx and .pt2", "onnx", package("onnx"), extra("onnx")),
    Need("import of torch modules", "torch", package("torch"), extra("torch")),
    Need("eval, run --engine native", "g++", gcc, COMPILER),
    Need("run --engine hls", "g++", gcc, COMPILER),
    Need("run --engine hls", "ap_int.h", headers, extra("hls")),
    Need("run --engine opencl", "pyopencl", package("pyopencl"), extra("opencl")),
    Need("run --engine opencl", "intel-opencl-rt", package("intel-opencl-rt"), extra("opencl")),
    Need("plots of explore", "matplotlib", package("matplotlib"), extra("plots")),
    Need("--scheduler", "distributed", package("distributed"), extra("dask")),
    Need("projects: simulation", "make", program("make"), "your system's package make"),
    Need("projects: synthesis", "vitis_hls", program("vitis_hls"), "AMD: Vitis HLS"),
    Need("projects: synthesis", "v++", program("v++"), "AMD: Vitis, 2024.1 and later"),
    Need("projects: synthesis", "aoc", program("aoc"), "Intel: FPGA SDK for OpenCL"),
)


def doctor_command(arguments: argparse.Namespace) -> None:
    """`qnn doctor`: a table, or JSON. What is missing is no mistake: nobody needs everything."""
    found = [(need, need.look()) for need in NEEDS]
    print(json.dumps(as_json(found), indent=2) if arguments.json else table(found))


def as_json(found: Sequence[tuple[Need, str]]) -> dict[str, Any]:
    return {
        "python": sys.version.split()[0],
        "needs": [
            {"for": need.task, "what": need.what, "found": state or None, "get": need.get}
            for need, state in found
        ],
    }


def table(found: Sequence[tuple[Need, str]]) -> str:
    rows = [["for", "takes", "", "found, or how to get it"]]
    for need, state in found:
        rows.append([need.task, need.what, "yes" if state else "no", state or need.get])
    return "\n".join(line.rstrip() for line in align_columns(rows, 4).splitlines())
