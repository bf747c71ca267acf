"""Measures `qnn compile`: from an ONNX file to a project for the vendor's tools.

    python benchmarks/projects.py [NETWORK ...]

Each network has random weights, and each compilation runs in its own process. The columns: CPU
seconds, wall-clock seconds, the promised limit of both, the peak memory of the process, and
megabytes of the ONNX file and of the project.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import networks


@dataclass(frozen=True)
class Case:
    """A network, and the device and rate that it is compiled for."""

    network: str
    target: str
    device: str
    fps: float
    promised: float
    """The promised limit in seconds."""


CASES = (
    Case("CNV W1A1", "hls", "z7020", 3000, 3),
    Case("CNV W2A2", "hls", "z7020", 800, 3),
    Case("CNV W1A1", "opencl", "arria10-gx1150", 3000, 3),
    Case("AlexNet W2A2", "hls", "u250", 100, 30),
    Case("AlexNet W2A2", "opencl", "stratix10-gx2800", 100, 30),
    Case("ResNet-50 W4A4", "hls", "u250", 100, 30),
    Case("ResNet-50 W4A4", "opencl", "stratix10-gx2800", 100, 30),
)


def measure(case: Case, folder: Path) -> str:
    """Compiles a network; returns a row of the table."""
    model, build = folder / "model.onnx", folder / "build"
    networks.write(case.network, str(model))
    command = ["qnn", "compile", str(model), "--target", case.target, "--device", case.device]
    start = time.perf_counter()
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen(
            [*command, "--fps", f"{case.fps:g}", "-o", str(build)], stdout=log, stderr=log
        )
        _, status, used = os.wait4(process.pid, 0)
        if status:
            log.seek(0)
            return f"{case.network:16}{case.target:8}fails: {log.read().splitlines()[-1]}"
    seconds, cpu = time.perf_counter() - start, used.ru_utime + used.ru_stime
    written = sum(path.stat().st_size for path in build.rglob("*") if path.is_file())
    return (
        f"{case.network:16}{case.target:8}{case.device:18}{cpu:7.1f}{seconds:7.1f}"
        f"{case.promised:7g}{used.ru_maxrss / 1024:8.0f}{model.stat().st_size / 1e6:8.1f}"
        f"{written / 1e6:8.1f}"
    )


def main() -> None:
    print(
        "network         target  device                cpu  clock promise     MiB    onnx project"
    )
    for case in CASES:
        if sys.argv[1:] and case.network not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            print(measure(case, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
