"""`qnn doctor`: the packages and tools that each task needs, and how to install those missing."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from ..backends.needs import Need, extra_install, package_version, program_path
from ..backends.targets import TARGETS, all_engines
from .commands.doctor import DoctorOptions
from .tables import align_columns

BASE_INSTALL = "pip install qnn-dialect"
BASE_NEEDS = (
    Need("all", "xdsl", package_version("xdsl"), BASE_INSTALL),
    Need("all", "numpy", package_version("numpy"), BASE_INSTALL),
    Need("import of .onnx and .pt2", "onnx", package_version("onnx"), extra_install("onnx")),
    Need("import of torch modules", "torch", package_version("torch"), extra_install("torch")),
)
EXTRA_NEEDS = (
    Need("quantize", "onnxruntime", package_version("onnxruntime"), extra_install("quantize")),
    Need("synth", "pyosys", package_version("pyosys"), extra_install("synthesis")),
    Need("plots of explore", "matplotlib", package_version("matplotlib"), extra_install("plots")),
    Need("--scheduler", "distributed", package_version("distributed"), extra_install("dask")),
    Need("projects: simulation", "make", program_path("make"), "the system's package make"),
)


def all_needs() -> list[Need]:
    """The needs of all commands, engines and targets."""
    engines = [need for engine in all_engines().values() for need in engine.needs]
    targets = [need for target in TARGETS.values() for need in target.needs]
    return [*BASE_NEEDS, *engines, *EXTRA_NEEDS, *targets]


def doctor_command(options: DoctorOptions) -> None:
    """Prints a table, or JSON. A missing package is no error, because few users need them all."""
    found = [(need, need.find()) for need in all_needs()]
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
