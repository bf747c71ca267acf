"""Measures `qnn explore`: a network on all known devices, 50 rates each.

    python benchmarks/explore.py model.onnx

The command runs twice per network, each time in its own process: first with an empty folder, then
with a folder that has all points. Printed are wall-clock seconds and CPU seconds, workers included.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def seconds(network: str, folder: str) -> tuple[float, float]:
    """Wall-clock seconds and CPU seconds of one run."""
    before, start = used(), time.perf_counter()
    code = "from qnn.tools.qnn import main; raise SystemExit(main())"
    command = [sys.executable, "-c", code, "explore", network, "-o", folder]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start, used() - before


def used() -> float:
    times = resource.getrusage(resource.RUSAGE_CHILDREN)
    return times.ru_utime + times.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="+", metavar="NETWORK")
    print("| network | run | points | seconds | CPU |\n|---|---|---:|---:|---:|")
    for network in parser.parse_args().networks:
        with tempfile.TemporaryDirectory() as folder:
            for run in ("first", "again"):
                clock, cpu = seconds(network, folder)
                points = len(Path(folder, "points.jsonl").read_text().splitlines())
                print(f"| {Path(network).stem} | {run} | {points} | {clock:.1f} | {cpu:.1f} |")


if __name__ == "__main__":
    main()
