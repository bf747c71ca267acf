"""Measures importing networks of well-known sizes and making them integer.

    python benchmarks/import_fold.py [--profile] [NETWORK ...]

Each network is a file of random weights, and runs in its own process. The columns: seconds to load
the packages, to import, to run each pass and the verifier after it, and to write the result as
text; the peak memory of the process, the promised limit of it, and the size of the text.
`--profile` prints the functions that need the most time.
"""

import argparse
import contextlib
import itertools
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STEPS = ("load", "import", "fold", "minimize", "write", "all")
NAMES = ("CNV", "MobileNet-v1", "ResNet-50")
PROFILE_LINES = 30
"""Functions in a printed profile."""

MIB = 1 << 20


def measure(path: str, profile: bool) -> None:
    """Prints the seconds and the peak memory of a row; runs in its own process."""
    import cProfile
    import pstats

    times = [time.perf_counter()]
    from qnn.frontends.onnx import import_onnx
    from qnn.passes import Pipeline
    from qnn.tools.networks import write_module

    times.append(time.perf_counter())
    with cProfile.Profile() if profile else contextlib.nullcontext() as profiler:
        module = import_onnx(path)
        times.append(time.perf_counter())
        for step in ("fold-bn", "minimize-accumulators"):
            Pipeline.parse(step).apply(module)
            times.append(time.perf_counter())
        with open(f"{path}.mlir", "wb") as file:
            write_module(module, file)
        times.append(time.perf_counter())
    seconds = [after - before for before, after in itertools.pairwise(times)]
    print("".join(f"{value:9.2f}" for value in [*seconds, sum(seconds)]), end="")
    print(f"{peak_memory():9.0f}", end="", flush=True)
    if isinstance(profiler, cProfile.Profile):
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("cumulative").print_stats(
            PROFILE_LINES
        )


def peak_memory() -> float:
    """The peak memory of this process in MiB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def row(name: str, folder: str, profile: bool) -> str:
    """Writes a network and measures it. This process stays small: its peak is inherited."""
    path = Path(folder) / "network.onnx"
    here = Path(__file__)
    subprocess.run([sys.executable, here.with_name("networks.py"), name, path], check=True)
    options = ["--profile"] if profile else []
    command = [sys.executable, here, "--measure", path, *options]
    measured = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    size = path.stat().st_size / MIB
    text = path.with_suffix(".onnx.mlir").stat().st_size / MIB
    return f"{name:20}{size:8.1f}{measured}{6 * size + 300e6 / MIB:9.0f}{text:9.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "networks", nargs="*", metavar="NETWORK", help="such as 'CNV int8'; by default all"
    )
    parser.add_argument(
        "--profile", action="store_true", help="print the functions that need the most time"
    )
    parser.add_argument("--measure", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        return measure(options.measure, options.profile)
    print(f"{'network':20}{'MiB':>8}" + "".join(f"{step:>9}" for step in STEPS), end="")
    print(f"{'peak MiB':>9}{'promised':>9}{'MLIR MiB':>9}")
    with tempfile.TemporaryDirectory() as folder:
        kinds = [f"{net} {kind}" for net in NAMES for kind in ("W4A4", "int8")]
        for name in options.networks or ["CNV W1A1", "CNV W2A2", *kinds[1:]]:
            print(row(name, folder, options.profile), flush=True)


if __name__ == "__main__":
    main()
