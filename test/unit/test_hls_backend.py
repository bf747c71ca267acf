"""The HLS backend around its processes: names, files, errors, deadlocks, the headers."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from qnn.backends.golden_vectors import golden_vector_files, write
from qnn.backends.hls import EmitError, HlsSource, SimulationError, emit, simulate_with_gxx
from qnn.backends.hls import simulator as simulation
from qnn.backends.hls.library import INCLUDE, TESTBENCH, library
from qnn.backends.hls.memories import MemoryArray
from qnn.backends.hls.simulator import Simulation, vendor_headers
from qnn.backends.netlist.memories import Memory, search_levels
from qnn.backends.netlist.names import unique_identifier
from qnn.passes import Pipeline
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import run
from qnn.qdialect.stream import ChannelType, Process
from qnn.qdialect.stream.compute import MatvecOp
from qnn.qdialect.stream.folding import Storage
from qnn.qdialect.stream.window import WindowOp
from qnn.qdialect.types import BipolarType, signed, unsigned
from support.design import Design
from support.generate import Choices
from support.hls import (
    HOSTILE,
    build_quickly,
    design_of,
    frames,
    layer,
    precompiled_headers,
    residual,
)
from support.twins import LAYERS, Twin
from xdsl.dialects.builtin import ModuleOp, StringAttr

BYTE = unsigned(8)
RNG = np.random.default_rng(7)
HEADERS = sorted((INCLUDE / "qnn").iterdir())
INCLUDES = f"-I{INCLUDE}", f"-I{TESTBENCH}", "-I.", "-Iinclude", f"-I{vendor_headers()}"


def test_identifiers_are_safe_and_unique() -> None:
    taken: set[str] = set()
    names = [unique_identifier(text, taken) for text in HOSTILE * 2]
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert re.fullmatch("[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*", name) and len(name) < 50
    assert unique_identifier("Conv_0", set()) == "Conv_0"
    long = [f"net/stage_1/{'block/' * 10}{end}" for end in ("conv", "relu")]
    assert [unique_identifier(text, set()) for text in long] == [
        f"net_stage_1_block_b_ock_block_block_{end}" for end in ("conv", "relu")
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_other_text_of_a_model_reaches_the_code(name: str) -> None:
    """Only letters and digits of the names of layers and designs do."""
    files = emit(design_of(layer(name=name)), name).files
    for path, content in files.items():
        assert ".." not in path and path.isascii()
        if isinstance(content, str):
            assert content.isascii() and "evil;" not in content and "rm -rf" not in content


TAKEN = ["errno", "stdin", "ap_int", "signgam", "main", "NULL", "EOF", "ap_uint", "frames", "qnn"]
"""Names that headers or the emitted code define."""


def test_designs_with_hostile_names_run(tmp_path: Path) -> None:
    """The names of designs and of their ports, which are memories and streams, do not collide with
    those of headers."""
    x, designs = frames(), list[HlsSource]()
    for streams, (name, port) in enumerate(zip(TAKEN, reversed(TAKEN), strict=True)):
        module = layer()
        design = design_of(module)
        design.sources[0].port = design.sinks[0].port = StringAttr(port)
        designs.append(emit(design, name, streams=bool(streams % 2)))
    designs.append(emit(design_of(layer(name=HOSTILE[4])), HOSTILE[6]))
    simulation = build_quickly(designs, tmp_path)
    (expected,) = run(layer(), [x])
    for (result,) in simulation.run([[x]] * len(designs)):
        np.testing.assert_array_equal(result, expected)


def test_the_code_of_a_layer() -> None:
    files = emit(design_of(layer()), "lenet").files
    top, header = str(files["top.cpp"]), str(files["top.hpp"])
    arguments = "window_words, Conv_0_matvec_words, frames, Conv_0_matvec_weights"
    assert f"    qnn::matvec<Conv_0_matvec>({arguments});\n" in top
    assert "#pragma HLS STREAM variable=window_words depth=" in top
    assert top.count("#pragma HLS DATAFLOW") == 1
    assert "/// 3x2x18 ui8 by 2 -> 3x2x4 si18 by 2.\nstruct Conv_0_matvec {\n" in header


@pytest.mark.parametrize(
    ("storage", "pragma"),
    [
        (Storage.BLOCK, "BIND_STORAGE variable=Conv_0_matvec_weights type=rom_1p impl=bram"),
        (Storage.LUT, "BIND_STORAGE variable=Conv_0_matvec_weights type=rom_1p impl=lutram"),
        (Storage.ULTRA, "INTERFACE m_axi port=Conv_0_matvec_weights "),
        (Storage.REGISTERS, "ARRAY_PARTITION variable=Conv_0_matvec_weights complete dim=0"),
        (Storage.OUTSIDE, "INTERFACE m_axi port=Conv_0_matvec_weights "),
    ],
)
def test_storage_of_weights(storage: Storage, pragma: str) -> None:
    assert f"#pragma HLS {pragma}" in str(emit(design_of(layer(storage))).files["top.cpp"])


def test_ultraram_is_filled_once() -> None:
    """UltraRAM has no contents at start-up: a process fills it before the first frame."""
    top = str(emit(design_of(layer(Storage.ULTRA))).files["top.cpp"])
    name = "Conv_0_matvec_weights_source"
    once = [line.strip() for line in top.splitlines() if f"{name}_" in line and "qnn::" in line]
    assert once == [
        f"qnn::fetch_again<18, 1>(Conv_0_matvec_weights, {name}_bytes, 1);",
        f"qnn::weights<{name}, 1>({name}_bytes, {name}_once, 1);",
        f"qnn::repeat<{name}>({name}_once, Conv_0_matvec_rows, frames);",
    ]


def test_the_testbench_compares_results(tmp_path: Path) -> None:
    """Compiled as the vendor's tool does: expected results pass, others fail."""
    module, x = layer(), frames()
    source = emit(design_of(module))
    write({**library(), **source.files}, tmp_path)
    headers = [f"-I{precompiled_headers()}", "-include", "qnn.hpp"]
    options = ["-std=c++14", "-w", *headers, *INCLUDES]
    command = ["g++", *options, "top.cpp", "testbench.cpp", "-o", "testbench"]
    subprocess.run(command, cwd=tmp_path, check=True)
    (golden,) = run(module, [x])
    for change, status in ((0, 0), (1, 1)):
        write(golden_vector_files(source.inputs, [x]), tmp_path / "vectors")
        write(golden_vector_files(source.outputs, [golden + change]), tmp_path / "vectors")
        done = subprocess.run(["./testbench"], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == status, done.stdout + done.stderr
    folder, (port,) = tmp_path / "vectors", source.inputs
    (folder / f"{source.outputs[0].name}.bin").unlink()
    frame, more = x[:1].tobytes(), "frames of 40 bytes, and 1 more bytes"
    for data, status, message in (
        (frame, 1, "compare"),
        (b"", 1, "no frames"),
        (frame + b"x", 2, more),
    ):
        (folder / f"{port.name}.bin").write_bytes(data)
        done = subprocess.run(["./testbench"], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == status and message in done.stdout + done.stderr


def test_a_deadlock_names_the_channels(tmp_path: Path) -> None:
    """The channel parallel to a window is too shallow for the lines that the window buffers."""
    module = residual()
    image = RNG.integers(0, 256, (2, 4, 4, 1), np.uint8)
    for channel in emit(design_of(module)).sources.channels:
        assert channel.depth >= 2
    shallow = emit(design_of(module))
    channels = shallow.sources.channels
    beside = next(c for c in channels if c.name == "fork_words_2")
    channels[channels.index(beside)] = type(beside)(beside.name, beside.bits, 2)
    message = "the design stops: full channels: .*fork_words_2.*; empty channels: .*matvec_words"
    with pytest.raises(SimulationError, match=message):
        build_quickly([shallow], tmp_path, bounded=True).run([[image]])


def test_a_channel_without_a_depth_is_an_error() -> None:
    design = Design()
    design.finish(design.source(ChannelType((4,), BYTE)))
    with pytest.raises(
        EmitError, match="an output channel of 'source' has no depth: run size-fifos"
    ):
        emit(design.design)


def test_an_unknown_process_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    module = layer()
    window = next(p for p in design_of(module).processes if isinstance(p, WindowOp))
    monkeypatch.setattr(
        window, "__class__", type("Other", (Process,), {"name": "stream.other", "layer": None})
    )
    with pytest.raises(EmitError, match="has no hardware: it cannot be emitted"):
        emit(design_of(module))


def test_a_missing_compiler_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(
        SimulationError, match="g\\+\\+ is not installed: install a C\\+\\+ compiler"
    ):
        simulate_with_gxx(emit(design_of(layer())), [frames()])


def test_missing_headers_are_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "find_spec", lambda name: None)
    with pytest.raises(SimulationError, match=r"pip install 'qnn-dialect\[hls\]'"):
        simulate_with_gxx(emit(design_of(layer())), [frames()])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            [np.zeros((2, 4, 5, 2), np.uint8)],
            "port 'in0_data' takes frames of 5x4x2, not an array of 2x",
        ),
        ([np.zeros((), np.uint8)], "port 'in0_data' takes frames of 5x4x2, not an array of scalar"),
        ([np.full((1, 5, 4, 2), 0.9)], "port 'in0_data' takes uint8, not float64"),
        (
            [np.zeros((0, 5, 4, 2), np.uint8)],
            "all ports need the same number of frames",
        ),
        ([np.zeros((1, 5, 4, 2), np.uint8)] * 2, "2 arrays for 1 ports"),
    ],
)
def test_wrong_frames_are_an_error(arrays: list[Array], message: str, tmp_path: Path) -> None:
    """Before the program starts."""
    simulation = Simulation([emit(design_of(layer()))], tmp_path)
    with pytest.raises(SimulationError, match=message):
        simulation.run([arrays])


def test_a_search_tree_counts_the_thresholds_reached() -> None:
    rows = np.sort(RNG.integers(-20, 20, (3, 19)))
    tree = search_levels(rows)
    assert [level.shape for level in tree] == [(3, 1), (3, 2), (3, 4), (3, 8), (3, 16)]
    for x in range(-25, 25):
        found = np.zeros(3, int)
        for level in tree:
            found = 2 * found + (x >= level[np.arange(3), found])
        np.testing.assert_array_equal(np.minimum(found, 19), (x >= rows).sum(1))


TWO_PRODUCTS = """
#include "qnn.hpp"
#include <cstdio>
int main() {
    long wrong = 0;
    for (int a = -8; a < 8; ++a) for (int b = -8; b < 8; ++b) for (int c = -32; c < 32; ++c) {
        ap_int<10> first, second;
        qnn::two_products<10>(ap_int<4>(a), ap_int<4>(b), ap_int<6>(c), first, second);
        wrong += first != a * c || second != b * c;
    }
    for (int a : {-128, -127, 0, 127}) for (int b = -128; b < 128; ++b)
        for (int c = 0; c < 256; ++c) {
            ap_int<17> first, second;
            qnn::two_products<16>(ap_int<8>(a), ap_int<8>(b), ap_int<9>(c), first, second);
            wrong += first != a * c || second != b * c;
        }
    std::printf("%ld", wrong);
}
"""


def compile_and_run(source: str, folder: Path) -> str:
    write({"program.cpp": source}, folder)
    headers = f"-I{precompiled_headers()}"
    command = ["g++", "-std=c++14", "-w", headers, *INCLUDES, "program.cpp", "-o", "program"]
    subprocess.run(command, cwd=folder, check=True)
    return subprocess.run(["./program"], cwd=folder, capture_output=True, text=True).stdout


def test_two_products_of_one_multiplier_are_exact(tmp_path: Path) -> None:
    assert compile_and_run(TWO_PRODUCTS, tmp_path) == "0"


NOT_SYNTHESIZABLE = {
    "dynamic memory": r"\bnew\b|\bdelete\b|\bmalloc\b|\bfree\(",
    "exceptions": r"\bthrow\b|\btry\b|\bcatch\b",
    "virtual calls": r"\bvirtual\b|\bdynamic_cast\b|\btypeid\b",
    "unbounded loops": r"\bwhile\b|\bdo\b|for \(;;\)|\bgoto\b",
    "the host": r"#include <(?!ap_int\.h|ap_axi_sdata\.h|hls_stream\.h)|\bprintf\b|\bstd::",
    "floats": r"\bfloat\b|\bdouble\b",
}
"""Patterns of code that cannot be synthesized."""


FUNCTION = re.compile(
    r"^(?!constexpr)\w[^;{}]*\b(\w+)\([^;{}]*\) (?:const )?\{(.*?)^\}", re.M | re.S
)


def not_synthesizable(code: str) -> list[str]:
    """The kinds of code that cannot be synthesized, in a text without its comments and simulation.

    Functions may call themselves if the recursion ends at compile time: constexpr, or over a pack.
    """
    code = re.sub(r"//.*", "", code)
    code = re.sub(r"#ifndef __SYNTHESIS__\n.*?#endif\n", "", code, flags=re.DOTALL)
    code = re.sub(r"(#ifdef __SYNTHESIS__\n.*?)#else\n.*?#endif\n", r"\1", code, flags=re.DOTALL)
    found = [kind for kind, pattern in NOT_SYNTHESIZABLE.items() if re.search(pattern, code)]
    bodies = FUNCTION.findall(code)
    calls = [f for f, body in bodies if re.search(rf"(?<![\w:<]){f}\((?![^;]*\.\.\.)", body)]
    return found + [f"recursion of {name}" for name in calls]


@pytest.mark.parametrize("path", HEADERS, ids=lambda path: path.name)
def test_headers_are_synthesizable(path: Path) -> None:
    assert not_synthesizable(path.read_text()) == []


def designs_of_each_kind() -> Iterator[ModuleOp]:
    """Designs with weights in every kind of memory, and with every kind of layer."""
    yield from (layer(storage) for storage in Storage)
    yield large_layer()
    for kind in LAYERS:
        twin = Twin(Choices.seeded(3))
        yield twin.design.finish(kind(twin, twin.image())[1])


@pytest.mark.parametrize("streams", [False, True])
def test_designs_are_synthesizable(streams: bool) -> None:
    scanned = set[str]()
    for module in designs_of_each_kind():
        Pipeline.parse("size-fifos").apply(module)
        for path, text in emit(design_of(module), streams=streams).files.items():
            if path in ("top.hpp", "top.cpp") or path.endswith("s.hpp"):
                assert not_synthesizable(str(text)) == [], path
                scanned.add(path)
    assert len(scanned) > 5


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("int* p = new int;", "dynamic memory"),
        ("void f() { throw 1; }", "exceptions"),
        ("struct A { virtual void f(); };", "virtual calls"),
        ("while (true) {}", "unbounded loops"),
        ("std::size_t n;", "the host"),
        ("int f(int n) {\n    return n < 2 ? n : f(n - 1);\n}\n", "recursion of f"),
    ],
)
def test_code_that_cannot_be_synthesized_is_found(code: str, found: str) -> None:
    assert not_synthesizable(code) == [found]


@pytest.mark.parametrize("path", HEADERS, ids=lambda path: path.name)
def test_every_loop_is_pipelined_or_unrolled(path: Path) -> None:
    """A process has one loop with an iteration in each cycle; the loops inside it are unrolled."""
    lines = path.read_text().splitlines()
    for line, after in pairwise(lines):
        if not re.match(r"\s*for \(", line) or after.lstrip().startswith("for ("):
            continue
        ends = "frame <", "part <", "< Shape::WORDS", "Count"
        is_process = any(end in line for end in ends) or path.name == "memory.hpp"
        directive = "PIPELINE II = 1 style = flp" if is_process else "UNROLL"
        assert after == f"#pragma HLS {directive}", f"{path.name}: {line}"


def test_headers_can_be_included_in_any_order_and_twice(tmp_path: Path) -> None:
    names = [f"qnn/{path.name}" for path in HEADERS] + ["qnn.hpp"]
    lines = [f'#include "{name}"' for name in (*reversed(names), *names)]
    assert compile_and_run("\n".join([*lines, "int main() { return 0; }"]), tmp_path) == ""


def large_layer() -> ModuleOp:
    design = Design()
    values = RNG.integers(-64, 64, (192, 200))
    x = design.source(ChannelType((200,), unsigned(4), 4))
    weights = design.data(values, signed(7))
    output = ChannelType((192,), signed(18), 2)
    module = design.finish(design.add(MatvecOp(x, output, weights, signed(18))).output)
    Pipeline.parse("size-fifos").apply(module)
    return module


def test_large_weights_have_a_file_for_simulation_and_one_for_synthesis(tmp_path: Path) -> None:
    module = large_layer()
    design = design_of(module)
    files = emit(design).files
    assert '#include "weights/matvec_weights.inc"' in str(files["weights/matvec_weights.hpp"])
    text = str(files["weights/matvec_weights.inc"])
    words = np.array([int(word, 16) for word in re.findall("0x([0-9a-f]+)", text)], "<u4")
    assert words.tobytes() == files["weights/matvec_weights.dat"]
    frames = RNG.integers(0, 16, (2, 200), np.uint8)
    (result,) = build_quickly([emit(design)], tmp_path).run([[frames]])[0]
    np.testing.assert_array_equal(result, run(module, [frames])[0])


def test_words_wider_than_the_vendors_integers_are_an_error() -> None:
    """The bytes at a port are wider than the bits inside the design."""
    design = Design()
    x = design.source(ChannelType((512,), BipolarType(), 512))
    module = design.finish(x)
    Pipeline.parse("size-fifos").apply(module)
    with pytest.raises(EmitError, match="'source' holds a word of 4,608 bits, at most 4,096 are"):
        emit(design.design)


def test_initializers_hold_their_words(tmp_path: Path) -> None:
    """Words may have any first digits: a hexadecimal `0b` must not be read as a binary prefix."""
    arrays, prints, values = list[str](), list[str](), list[int]()
    for bits in (4, 33, 64, 65, 68, 72):
        firsts, size = np.arange(256) % (1 << min(bits, 8)), -(-bits // 8)
        words = [int(first) << max(0, bits - 8) | 5 % (1 << bits) for first in firsts]
        data = np.frombuffer(b"".join(word.to_bytes(size, "little") for word in words), np.uint8)
        array = MemoryArray(Memory("words", bits, (256,), data.reshape(256, 1, size)))
        arrays.append(f"static const ap_uint<{bits}> words_{bits}[256] = {array.initializer()};\n")
        prints.append(f'std::printf("%s\\n", words_{bits}[i].to_string(16).c_str());\n')
        values += words
    loops = "".join(f"for (int i = 0; i < 256; ++i) {line}" for line in prints)
    head = '#include "qnn.hpp"\n#include <cstdio>\n'
    source = f"{head}{''.join(arrays)}int main() {{\n{loops}}}\n"
    assert [int(line, 16) for line in compile_and_run(source, tmp_path).split()] == values
