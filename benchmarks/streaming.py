"""Measures the passes from an integer network to a folded design with FIFO depths.

    python benchmarks/streaming.py [--repeat 3] [--plot FILE] [--profile] [NETWORK ...]

Each network has random weights and is made integer beforehand. A process of its own reads it as
text. The columns: cycles per frame; seconds of `stream-lower`, of `tile` for a rate, of
`size-fifos`, each with the verifier after it, and of all three; the promised limit; seconds to
simulate one frame; and the peak memory of the process. Seconds are CPU time, the median of several
runs.

`--plot` draws how the seconds grow with layers, image size and channels. `--profile` prints the
functions that need the most time.
"""

import argparse
import contextlib
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

STEPS = ("lower", "tile", "size", "all", "play", "MiB", "cycles")
PROFILE_LINES = 30
"""Functions in a printed profile."""


@dataclass(frozen=True)
class Chain:
    """A chain of 3x3 convolutions in two bits."""

    layers: int
    size: int
    channels: int

    def __str__(self) -> str:
        return f"{self.layers} layers, {self.size}x{self.size}, {self.channels} channels"


@dataclass(frozen=True)
class Case:
    """A network, its device, and the rate that it must reach."""

    network: str | Chain
    device: str | None
    """None for chains, the largest of which exceed every device."""
    target_fps: float
    promised: float | None = None
    """The promised limit for all passes, in seconds."""

    @property
    def passes(self) -> tuple[str, ...]:
        where = f"device={self.device}" if self.device else f"clock-mhz={CLOCK:g}"
        tile = f"tile{{{where} target-fps={self.target_fps:g}}}"
        return "stream-lower", tile, "size-fifos"


WELL_KNOWN = (
    Case("CNV W1A1", "z7020", 3000, 1),
    Case("CNV W2A2", "z7020", 800, 1),
    Case("MobileNet-v1 W4A4", "zu9eg", 100, 15),
    Case("MobileNet-v1 W4A4", "u250", 1000, 15),
    Case("ResNet-50 W4A4", "u250", 300, 15),
)
CLOCK = 250
"""The clock of chains, in MHz."""

GROWTH = {
    "layers": [
        Case(Chain(layers, 8, 16), None, CLOCK * 1e6 / 40_000, 60 if layers == 1000 else None)
        for layers in (10, 30, 100, 300, 1000)
    ],
    "size": [
        Case(Chain(10, size, 16), None, CLOCK * 1e6 / (40 * size * size))
        for size in (32, 64, 128, 256)
    ],
    "channels": [
        Case(Chain(10, 16, channels), None, CLOCK * 1e6 / 40_000)
        for channels in (16, 32, 64, 128, 256)
    ],
}
"""Chains in which one number grows; the others, and the cycles per frame or per pixel, do not."""

LABELS = {"layers": "layers", "size": "width of the image", "channels": "channels"}


def prepare(case: Case, path: Path) -> None:
    """Writes the integer network of a case."""
    import networks
    from qnn.frontends.onnx import import_onnx
    from qnn.passes import Pipeline
    from qnn.tools.networks import write_module

    source = str(path.with_suffix(".onnx"))
    if isinstance(case.network, str):
        networks.write(case.network, source)
    else:
        networks.write_chain(case.network.layers, case.network.size, case.network.channels, source)
    module = import_onnx(source)
    Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    with path.open("wb") as file:
        write_module(module, file)


def measure(case: Case, path: Path, repeat: int, profile: bool) -> None:
    """Prints the figures of a case; runs in its own process."""
    import cProfile
    import pstats

    from qnn.hardware.timing.schedule import schedule_of
    from qnn.hardware.timing.simulate import simulate_unbounded
    from qnn.passes import Pipeline
    from qnn.qdialect.dialects import new_context
    from qnn.qdialect.stream import DesignOp
    from qnn.qdialect.text import parse_module

    network = parse_module(new_context(), path.read_text())
    runs: list[list[float]] = []
    interval = 0
    with cProfile.Profile() if profile else contextlib.nullcontext() as profiler:
        for _ in range(repeat):
            module = network.clone()
            times = [time.process_time()]
            for step in case.passes:
                Pipeline.parse(step).apply(module)
                times.append(time.process_time())
            (design,) = (op for op in module.ops if isinstance(op, DesignOp))
            start = time.process_time()
            simulate_unbounded(design)
            steps = [after - before for before, after in itertools.pairwise(times)]
            runs.append([*steps, sum(steps), time.process_time() - start])
            interval = max(schedule_of(process).interval for process in design.processes)
    seconds = map(statistics.median, zip(*runs, strict=True))
    print(*seconds, peak_memory(), interval)
    if isinstance(profiler, cProfile.Profile):
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(PROFILE_LINES)


def peak_memory() -> float:
    """The peak memory of this process in MiB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(number: int, folder: str, repeat: int, profile: bool) -> list[float]:
    """The figures of a case. This process stays small: children inherit its peak memory."""
    path = Path(folder) / f"{number}.mlir"
    command = [sys.executable, __file__, "--case", str(number), "--file", str(path)]
    subprocess.run([*command, "--prepare"], check=True)
    options = ["--repeat", str(repeat), *(["--profile"] if profile else [])]
    found = subprocess.run([*command, *options], check=True, stdout=subprocess.PIPE, text=True)
    path.unlink()
    return [float(word) for word in found.stdout.split()]


def row(case: Case, numbers: Sequence[float]) -> str:
    """A row of the table in Markdown."""
    *seconds, memory, cycles = numbers
    cells = [f"{case.network}", case.device or "", f"{case.target_fps:,.0f}", f"{cycles:,.0f}"]
    cells += [f"{value:.2f}" for value in seconds[:4]]
    cells += [f"{case.promised:g}" if case.promised else "", f"{seconds[4]:.3f}", f"{memory:.0f}"]
    return f"| {' | '.join(cells)} |"


def plot(results: dict[Case, list[float]], path: str) -> None:
    """Plots the seconds on logarithmic axes; the dotted line shows linear growth."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "streaming"
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(GROWTH), figsize=(10, 3.2), sharey=True)
    for (name, cases), axis in zip(GROWTH.items(), axes, strict=True):
        xs = [getattr(case.network, name) for case in cases]
        for label in ("lower", "tile", "size", "play"):
            ys = [results[case][STEPS.index(label)] for case in cases]
            axis.plot(xs, ys, marker="o", markersize=3, label=label)
        first = sum(results[cases[0]][:3])
        axis.plot(xs, [first * x / xs[0] for x in xs], "k:", linewidth=1, label="linear")
        axis.set(xscale="log", yscale="log", xlabel=LABELS[name], xticks=xs, xticklabels=xs)
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("seconds")
    axes[0].legend(fontsize="small")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def all_cases() -> Iterator[Case]:
    yield from WELL_KNOWN
    for cases in GROWTH.values():
        yield from cases


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "networks", nargs="*", metavar="NETWORK", help="such as 'CNV W1A1'; by default all"
    )
    parser.add_argument(
        "--repeat", type=int, default=3, help="print the median of this many runs (3)"
    )
    parser.add_argument(
        "--profile", action="store_true", help="print the functions that need the most time"
    )
    parser.add_argument("--plot", metavar="FILE", help="write a plot of all chains as SVG")
    parser.add_argument("--case", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    cases = list(all_cases())
    if options.case is not None and options.prepare:
        return prepare(cases[options.case], options.file)
    if options.case is not None:
        return measure(cases[options.case], options.file, options.repeat, options.profile)
    print("| network | device | frames/s | cycles | lower | tile | size | all | promised ", end="")
    print("| play | MiB |\n|---|---|" + "---:|" * 9)
    results: dict[Case, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(cases):
            if not options.networks or str(case.network) in options.networks:
                results[case] = measured(number, folder, options.repeat, options.profile)
                print(row(case, results[case]), flush=True)
    if options.plot is not None:
        plot(results, options.plot)


if __name__ == "__main__":
    main()
