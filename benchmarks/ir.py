"""Measures the costs that every command has: start-up, reading and writing constants and modules.

    python benchmarks/ir.py [--repeat 5]

The first table measures whole processes of `qnn-opt`: wall-clock seconds, CPU seconds, and peak
memory. The second one measures parsing, verifying and printing inside one process, in milliseconds
of CPU time. Each number is the best of several runs.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from pathlib import Path

MIB = 1 << 20
PIECE_BYTES = 1 << 16
"""Bytes of a constant that are written in one piece."""

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "conv_bn.mlir"

ELEMENTS = {"!qnn.bipolar": 1, "ui4": 4, "si3": 4, "si8": 8, "f32": 32}
"""Element types, and the bits of an element in a constant."""


def write_constants(path: Path, count: int, size: int, element: str) -> None:
    """Writes a module with constants of `size` bytes in total; all types may hold their bits."""
    share = size // count
    shape = f"tensor<{share * 8 // ELEMENTS[element]}x{element}>"
    rng = random.Random(0)
    with path.open("w") as file:
        file.write("func.func @main() {\n")
        file.writelines(f"  %{i} = qnn.constant @d{i} : {shape}\n" for i in range(count))
        file.write("  func.return\n}\n")
        for i in range(count):
            file.write(f'qnn.data @d{i} "0x')
            for start in range(0, share, PIECE_BYTES):
                number = rng.getrandbits(8 * PIECE_BYTES) & int("33" * PIECE_BYTES, 16)
                file.write(f"{number:0{2 * PIECE_BYTES}x}"[: 2 * (share - start)])
            file.write(f'" : {shape}\n')


def network(blocks: int) -> str:
    """Residual blocks of two convolutions, most constants by name: 16 ops in each block."""
    x, y = "tensor<1x32x32x16xui2>", "tensor<1x32x32x16xui3>"
    w, t, a = "tensor<16x3x3x16xsi2>", "tensor<16x3xsi11>", "tensor<1x32x32x16xsi11>"
    rng = random.Random(0)
    body: list[str] = []
    data: list[str] = []
    last = "%x"
    for block in range(blocks):
        first = last
        for name in (f"{block}a", f"{block}b"):
            body += [
                f"%w{name} = qnn.constant @w{name} : {w}",
                f"%t{name} = qnn.constant @t{name} : {t}",
                f"%a{name} = qnn.conv2d {last}, %w{name} pads = [1, 1, 1, 1] "
                f'{{layer = "Conv_{name}"}} : ({x}, {w}) -> {a}',
                f"%y{name} = qnn.threshold %a{name}, %t{name} "
                f'{{layer = "Relu_{name}"}} : ({a}, {t}) -> {x}',
            ]
            steps = (sorted(rng.sample(range(-900, 900), 3)) for _ in range(16))
            rows = b"".join(
                step.to_bytes(2, "little", signed=True) for row in steps for step in row
            )
            data += [
                f'qnn.data @w{name} "0x{rng.randbytes(576).hex()}" : {w}',
                f'qnn.data @t{name} "0x{rows.hex()}" : {t}',
            ]
            last = f"%y{name}"
        body += [
            f'%s{block} = qnn.add {first}, {last} {{layer = "Add_{block}"}} : ({x}, {x}) -> {y}',
            f"%u{block} = qnn.constant [[2, 3, 5]] : tensor<1x3xui3>",
            f"%z{block} = qnn.threshold %s{block}, %u{block} : ({y}, tensor<1x3xui3>) -> {x}",
            f"%m{block} = qnn.max_pool %z{block} kernel = [3, 3] pads = [1, 1, 1, 1] "
            f'{{layer = "MaxPool_{block}"}} : ({x}) -> {x}',
        ]
        last = f"%m{block}"
    inside = "".join(f"  {line}\n" for line in body)
    return f"func.func @main(%x: {x}) -> {x} {{\n{inside}  func.return {last} : {x}\n}}\n" + (
        "\n".join([*data, ""])
    )


def process_cost(path: Path, repeat: int) -> str:
    """Wall-clock seconds, CPU seconds and MiB of a `qnn-opt` process without passes."""
    command = [sys.executable, "-m", "qnn.tools.qnn_opt", str(path), "-o", os.devnull]
    runs = [run_once(command) for _ in range(repeat)]
    seconds, processor, memory = map(min, zip(*runs, strict=True))
    return f"{seconds:8.2f}{processor:8.2f}{memory:8.0f}"


def run_once(command: Sequence[str]) -> tuple[float, float, float]:
    start = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def best(repeat: int, step: Callable[[], object]) -> float:
    """The fewest milliseconds of CPU time that a step needs."""

    def once() -> float:
        start = time.process_time()
        step()
        return (time.process_time() - start) * 1000

    return min(once() for _ in range(repeat))


def processes(repeat: int) -> Iterator[str]:
    """The rows of the table about whole processes."""
    yield f"{'qnn-opt':44}{'seconds':>8}{'CPU':>8}{'MiB':>8}"
    with tempfile.TemporaryDirectory() as folder:
        lines = EXAMPLE.read_text().count("\n")
        yield f"{f'a network of {lines} lines':44}{process_cost(EXAMPLE, repeat)}"
        path = Path(folder) / "module.mlir"
        for element in ELEMENTS:
            for count in (1, 40):
                write_constants(path, count, 10 * MIB, element)
                what = f"10 MiB of {element} in {count} constant{'s' * (count > 1)}"
                yield f"{what:44}{process_cost(path, repeat)}"


def modules(repeat: int) -> Iterator[str]:
    """The rows of the table about modules of many ops, read in this process."""
    yield f"{'ops':>6}{'constants':>11}{'parse':>9}{'verify':>9}{'print':>9}"
    for blocks in (6, 62, 250, 500):
        count, *times = module_cost(network(blocks), repeat)
        yield f"{count:6}{5 * blocks:11}" + "".join(f"{time:9.0f}" for time in times)


def module_cost(text: str, repeat: int) -> tuple[int, float, float, float]:
    """The number of ops of a module, and the milliseconds to parse, verify and print it."""
    from qnn.qdialect.dialects import new_context
    from qnn.qdialect.text import parse_module, verify
    from xdsl.printer import Printer

    context = new_context()
    modules = [parse_module(context, text) for _ in range(repeat)]
    last = modules[-1]
    return (
        sum(1 for _ in last.walk()),
        best(repeat, lambda: parse_module(context, text)),
        best(repeat, lambda: verify(modules.pop(0))),
        best(repeat, lambda: Printer(stream=StringIO()).print_op(last)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--repeat", type=int, default=5, help="print the best of this many runs (5)"
    )
    repeat = parser.parse_args().repeat
    for row in processes(repeat):
        print(row, flush=True)
    print()
    for row in modules(repeat):
        print(row, flush=True)


if __name__ == "__main__":
    main()
