"""What surrounds the processes of the OpenCL backend: names, files, hosts, errors, deadlocks."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from importlib.metadata import files
from itertools import combinations, product
from math import inf
from pathlib import Path

import numpy as np
import pytest
from qnn.backends.netlist.netlist import EmitError, Instance
from qnn.backends.opencl import Emulation, SimulationError, emit, emulate
from qnn.backends.opencl import simulator as emulation
from qnn.passes import Pipeline
from qnn.qdialect.dialects import new_context
from qnn.qdialect.interpreter import run
from qnn.qdialect.stream import ChannelType, DesignOp
from qnn.qdialect.stream.compute import MatvecOp, ThresholdOp
from qnn.qdialect.stream.flow import RepackOp
from qnn.qdialect.stream.folding import Storage
from qnn.qdialect.stream.window import WindowOp
from qnn.qdialect.text import parse_module
from qnn.qdialect.types import BipolarType, signed, unsigned
from qnn.tools.qnn import main
from support.design import Design
from support.hls import design_of, residual
from support.opencl import needs_emulator
from support.program import print_module
from unit.test_hls_backend import HOSTILE, frames, layer
from xdsl.dialects.builtin import StringAttr

INCLUDE = Path(emulation.__file__).parent / "include"
LIBRARY = sorted(INCLUDE.rglob("*.*"))
LIT = Path(__file__).parents[1] / "lit" / "backends"
DEVICE = "--target", "opencl", "--device", "arria10-gx1150"


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_of_a_model_reaches_the_code(name: str) -> None:
    """Neither what a layer is called, nor a design, but for letters and digits."""
    for path, content in emit(design_of(layer(name=name)), name).files.items():
        assert ".." not in path and path.isascii()
        if isinstance(content, str):
            assert content.isascii() and "evil;" not in content and "rm -rf" not in content


@needs_emulator
def test_a_design_with_hostile_names_runs() -> None:
    module, x = layer(name=HOSTILE[4]), frames()
    (result,) = emulate(emit(design_of(module), HOSTILE[6]), [x])
    np.testing.assert_array_equal(result, run(module, [x])[0])


def test_all_definitions_of_a_process_end_with_it() -> None:
    """What a file of the library defines, or a design defines for it, the next can define again."""
    ended = set(re.findall(r"#undef (\w+)", "".join(path.read_text() for path in LIBRARY)))
    for path in LIBRARY:
        if path.suffix == ".cl" or path.name in ("activation.h", "product.h", "rows.h"):
            defined = set(re.findall(r"#define (\w+)", path.read_text()))
            assert defined <= ended, path
    for storage in Storage:
        top = str(emit(design_of(layer(storage))).files["top.cl"])
        assert set(re.findall(r"#define (\w+)", top)) <= ended


def used_by(file: str) -> str:
    """The files of the library that a kind of process is made of."""
    texts = {path.name: path.read_text() for path in LIBRARY}
    included = set(re.findall(r'"qnn/(.*)"', texts[file])) - {"end.h"}
    return texts[file] + "".join(map(used_by, included))


def test_a_process_uses_all_that_is_defined_for_it() -> None:
    names = "processes.mlir", "links.mlir"
    modules = [parse_module(new_context(), (LIT / name).read_text()) for name in names]
    Pipeline.parse("size-fifos").apply(modules[0])
    designs = [op for module in modules for op in module.ops if isinstance(op, DesignOp)]
    top = "".join(str(emit(design).files["top.cl"]) for design in designs)
    processes = re.findall(r"((?:#define .*\n)+)#include \"qnn/(\w+).cl", top)
    assert len({kind for _, kind in processes}) == sum(path.suffix == ".cl" for path in LIBRARY)
    for definitions, kind in processes:
        code = re.sub("///.*", "", used_by(f"{kind}.cl"))
        for name in set(re.findall(r"#define (\w+)", definitions)) - {"FROM_BITS", "TO_BITS"}:
            assert re.search(rf"\b{name}\b", code), (kind, name)


def test_only_what_the_compiler_takes() -> None:
    """No recursion and no pointers to functions by construction; and nothing that needs a heap."""
    for path in LIBRARY:
        text = path.read_text()
        assert not re.search(r"\b(malloc|goto|double|float|printf)\b", text), path
        if path.name != "channels.h":
            assert not re.search(r"channel_intel|sched_yield|usleep", text), path


def test_memories_have_banks() -> None:
    """Of as many bytes as a power of two, and so many; aoc refuses `singlepump` alone."""
    for path in LIBRARY:
        for attributes in re.findall(r"__attribute__\(\((.*singlepump.*)\)\)", path.read_text()):
            assert "numbanks(" in attributes and "bankwidth(" in attributes, path
    design = Design()
    x = design.source(ChannelType((4, 5, 24), unsigned(8), 24, depth=8))
    design.finish(design.add(WindowOp(x, [3, 3], lanes=72)).patches)
    Pipeline.parse("size-fifos").apply(design.module)
    top = str(emit(design.design).files["top.cl"])
    assert "#define BANKS 4\n#define BANK_BYTES 32\n" in top


def test_rows_of_weights_leave_no_bits_between_them() -> None:
    """Eight signs at an address are a byte, and not one for each."""
    design = Design()
    x = design.source(ChannelType((2,), BipolarType(), depth=2))
    signs = np.where(np.arange(16).reshape(8, 2) % 3, 1, -1)
    weights = design.data(signs, BipolarType())
    output = ChannelType((8,), signed(3), 8, depth=2)
    design.finish(design.add(MatvecOp(x, output, weights, signed(3))).output)
    memory = str(emit(design.design).files["weights/matvec_weights.h"])
    at = [sum(int(sign > 0) << row for row, sign in enumerate(column)) for column in signs.T]
    assert memory == (
        f"__constant word_8 matvec_weights[2] = {{\n    0x{at[0]:x}, 0x{at[1]:x}\n}};\n"
    )


@needs_emulator
def test_a_design_that_stops_names_the_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    """The channel beside a window is too shallow for the lines that the window keeps."""
    module, image = residual(), np.arange(32, dtype=np.uint8).reshape(2, 4, 4, 1)
    (expected,) = run(module, [image])
    emitted = emit(design_of(module))
    np.testing.assert_array_equal(emulate(emitted, [image], strict=True)[0], expected)
    shallow = emit(design_of(module))
    channels = shallow.parts.channels
    place = next(n for n, channel in enumerate(channels) if channel.name == "fork_words_2")
    channels[place] = replace(channels[place], depth=2)
    full = r"source_words \(\d words\), fork_words_2 \(2 words\)"
    message = f"^the design stops: full are {full}; empty are .*matvec_words.*"
    with pytest.raises(SimulationError, match=message):
        emulate(shallow, [image], strict=True)


@needs_emulator
def test_results_leave_while_later_frames_are_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first frame is there before the host has come to its end."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    running = Emulation(emit(design_of(layer()))).frames([frames(1000)])
    with closing(running):
        next(running)
        assert hosts(tmp_path)
    assert not hosts(tmp_path)


def hosts(folder: Path) -> list[int]:
    """The processes that run in the folders of a folder."""
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            place = Path(os.readlink(process / "cwd"))
            if place.parent == folder and (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


ABLE = "what waits for neither is repack$"


@needs_emulator
@pytest.mark.parametrize(
    ("change", "seconds", "message"),
    [
        ("while (true) ;", 60, f"the design stops: full are source_words .*; {ABLE}"),
        ("while (true) ;", 9, f"takes more than 9 s: (full are .*; {ABLE}|it is still)"),
        ("*(volatile __global int*)0 = 1;", 60, f"the design crashes with SIGSEGV: .*; {ABLE}"),
        ("no such thing", 60, "^the emulator fails: (.|\n)*link.cl:2:.*error: "),
        ("WORD(FROM_BITS) word;", 0.01, "^the design takes .*: it is still being compiled"),
    ],
    ids=["hangs", "takes long", "crashes", "does not compile", "compiles long"],
)
def test_an_emulator_that_fails_is_one_error(
    change: str, seconds: float, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the kernel that could go on, and does not; and nothing is left."""
    design = Design()
    x = design.source(ChannelType((40,), unsigned(8), depth=4))
    module = design.finish(design.add(RepackOp(x, 1, (40,))).output)
    Pipeline.parse("size-fifos").apply(module)
    changed = {"include/qnn/link.cl": f"PROCESS NAME(void) {{\n    {change}\n}}\n"}
    files = {**emulation.library(), **changed}
    monkeypatch.setattr(emulation, "library", lambda: files)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(SimulationError, match=message):
        running = Emulation(emit(design_of(module)), seconds=seconds)
        running.run([np.zeros((2, 40), np.uint8)])
    assert not hosts(tmp_path) and not list(tmp_path.iterdir())


@needs_emulator
def test_a_time_limit_is_an_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    size, design = 30_000_000, Design()
    module = design.finish(design.source(ChannelType((size,), unsigned(8), depth=64)))
    (tmp_path / "net.mlir").write_text(print_module(module))
    np.save(tmp_path / "x.npy", np.zeros((1, size), np.uint8))
    command = ["run", str(tmp_path / "net.mlir"), "--input", str(tmp_path / "x.npy")]
    assert main([*command, "--engine", "opencl", "--timeout", "2", "-q"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("qnn: the design takes more than 2 s: ") and told.count("\n") == 1


def test_more_kernels_than_the_emulator_runs() -> None:
    emitted = emit(design_of(layer()))
    emitted.parts.parts.extend(Instance(f"p{n}", "link", "", [], [], {}) for n in range(250))
    with pytest.raises(SimulationError, match="has 254 kernels: the emulator runs 250 at once"):
        emulate(emitted, [frames()])


PACKAGES = "pip install pyopencl intel-opencl-rt==2023.2.0"


@needs_emulator
@pytest.mark.parametrize("missing", ["pyopencl", "OpenCL platform of the name FPGA Emulation"])
def test_what_is_missing_is_one_line(
    missing: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Something of its name comes first, and is not it."""
    (tmp_path / "intel_opencl_rt-2023.2.0.dist-info").mkdir()
    (tmp_path / "intel_opencl_rt-2023.2.0.dist-info" / "METADATA").touch()
    if missing == "pyopencl":
        (tmp_path / "pyopencl.py").write_text("raise ModuleNotFoundError(name='pyopencl')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path, x = tmp_path / "net.mlir", tmp_path / "x.npy"
    path.write_text(print_module(layer()))
    np.save(x, frames())
    assert main(["run", str(path), "--input", str(x), "--engine", "opencl", "-q"]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"qnn: there is no {missing}: {PACKAGES}") and told.count("\n") == 1


Use = tuple[int, bool]
"""The place of a kept word, and whether it is written."""


def lines_of(numbers: dict[str, int]) -> Iterator[Use | None]:
    """How upsample.cl uses its line, iteration by iteration."""
    words = numbers["PIXEL_WORDS"]
    sizes = 3, numbers["DOWN"], numbers["WIDTH"], numbers["ACROSS"], words
    for _, down, column, across, part in product(*map(range, sizes)):
        if across == 0 or words > 1:
            yield column * words + part, down == across == 0
        else:
            yield None


def vectors_kept(numbers: dict[str, int]) -> Iterator[Use]:
    """How weighted.h uses the vector that it keeps."""
    for _, fold, step in product(range(3), range(numbers["FOLDS"]), range(numbers["STEPS"])):
        yield step, fold == 0


@pytest.mark.skipif(shutil.which("g++") is None, reason="there is no g++")
@pytest.mark.parametrize(
    ("file", "names", "uses"),
    [
        ("upsample.cl", ["WIDTH", "DOWN", "ACROSS", "PIXEL_WORDS"], lines_of),
        ("matvec.cl", ["FOLDS", "STEPS"], vectors_kept),
    ],
)
def test_distances_are_no_longer_than_they_are(
    file: str, names: list[str], uses: Callable[[dict[str, int]], Iterator[Use | None]]
) -> None:
    """The emulator does not notice where `ivdep` promises too much."""
    promised = 0
    for values in product((1, 2, 3), repeat=len(names)):
        numbers = dict(zip(names, values, strict=True))
        numbers["LINE_WORDS"] = numbers.get("WIDTH", 0) * numbers.get("PIXEL_WORDS", 0)
        defined = [f"-D{name}={numbers[name]}" for name in names]
        command = ["g++", "-E", "-P", "-x", "c", "-I", str(INCLUDE), *defined]
        command.append(str(INCLUDE / "qnn" / file))
        text = subprocess.run(command, capture_output=True, text=True).stdout
        safe = re.search(r"#pragma ivdep array\(\w+\) safelen\((\w+)\)", text)
        if safe is not None:
            promised += 1
            assert numbers[safe[1]] <= shortest(list(uses(numbers))), numbers
    assert promised > 1


def shortest(uses: list[Use | None]) -> float:
    """The fewest iterations between two uses of a place, of which one at least writes."""
    return min(
        (
            later - earlier
            for (earlier, first), (later, second) in combinations(enumerate(uses), 2)
            if first and second and first[0] == second[0] and (first[1] or second[1])
        ),
        default=inf,
    )


@needs_emulator
@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        (lambda at: (at / "vectors" / "in0_data.bin").unlink(), 2, "in0_data.bin: no such file"),
        (lambda at: (at / "vectors" / "in0_data.bin").write_bytes(b"abc"), 2, "has 3 bytes: a fr"),
        (lambda at: (at / "vectors" / "in0_data.bin").write_bytes(b""), 2, "has 0 bytes: a frame"),
        (lambda at: (at / "weights" / "Conv_0_matvec_weights.dat").unlink(), 2, "no such file"),
        (lambda at: (at / "design.json").write_text("{"), 2, "design.json: Expecting"),
        (lambda at: (at / "top.cl").write_text("("), 2, "error: expected"),
        (lambda at: None, 0, ""),
    ],
)
def test_a_host_tells_mistakes(
    change: Callable[[Path], object], status: int, message: str, project: Path, tmp_path: Path
) -> None:
    """With neither a traceback nor a warning, and nothing left behind."""
    folder = shutil.copytree(project, tmp_path / "build")
    change(folder)
    before = set(folder.iterdir())
    command = [shutil.which("python") or "python3", "host.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == status and message in done.stderr
    assert "Traceback" not in done.stderr and "Warning" not in done.stderr
    assert bool(done.stderr) == bool(message) and set(folder.iterdir()) == before


def test_a_channel_without_a_depth_is_an_error() -> None:
    design = Design()
    design.finish(design.source(ChannelType((4,), unsigned(8))))
    with pytest.raises(EmitError, match="a channel behind 'source' has no depth: run size-fifos"):
        emit(design.design)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of a small design, with weights from outside."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "net.mlir").write_text(print_module(layer(Storage.OUTSIDE)))
    build = folder / "build"
    assert main(["compile", str(folder / "net.mlir"), *DEVICE, "-o", str(build)]) == 0
    return build


@needs_emulator
@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_a_project_judges(project: Path, tmp_path: Path) -> None:
    """Golden results pass, others don't."""
    folder = shutil.copytree(project, tmp_path / "build")
    for target in ("emulate", "emulate-strict"):
        done = subprocess.run(["make", target], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "out0_data: the results are those expected\n" in done.stdout
    golden = folder / "vectors" / "out0_data.bin"
    golden.write_bytes(bytes([golden.read_bytes()[0] ^ 1]) + golden.read_bytes()[1:])
    done = subprocess.run(["make", "emulate"], cwd=folder, capture_output=True, text=True)
    assert done.returncode and "out0_data: the results are not those expected" in done.stderr


HEADERS = Path("/usr/include/CL/cl.h")
AOC = """
import os, sys, host, pyopencl as cl
context = cl.Context([host.device_of('FPGA Emulation')])
options = ['-cl-std=CL1.2', '-I', 'include', '-I', '.', '-I', sys.argv[1]]
program = cl.Program(context, open('top.cl').read()).build(options)
open('top.aocx', 'wb').write(program.binaries[0])
os._exit(0)
"""


def libraries() -> Path:
    """Where the emulator and a loader lie."""
    (emulator,) = (f for f in files("intel-opencl-rt") or [] if f.name == "libintelocl_emu.so")
    return Path(str(emulator.locate())).resolve().parent


def run_in(folder: Path, *command: str) -> int:
    """The exit status of a command that finds the emulator."""
    names = "OCL_ICD_VENDORS", "OCL_ICD_FILENAMES"
    emulator = dict.fromkeys(names, str(libraries() / "libintelocl_emu.so"))
    environment = {**os.environ, **emulator, "LD_LIBRARY_PATH": str(libraries())}
    return subprocess.run(command, cwd=folder, env=environment, timeout=60).returncode


def build(folder: Path, headers: Path) -> None:
    """The text that is for aoc, compiled by the emulator's compiler, and the host in C++."""
    headers.mkdir()
    types = (f"typedef _BitInt({bits}) int{bits}_t;\n" for bits in range(2, 65))
    (headers / "ihc_apint.h").write_text("".join(types))
    assert run_in(folder, shutil.which("python") or "python3", "-c", AOC, str(headers)) == 0
    loader = f"-Werror {libraries() / 'libOpenCL.so'} -Wl,-rpath-link,{libraries()}"
    assert run_in(folder, "make", "host", f"OPENCL={loader}") == 0


CPP = "./host", "--emulation", "top.aocx"
PYTHON = shutil.which("python") or "python3", "host.py", "--program", "top.aocx", "--emulation"


@needs_emulator
@pytest.mark.skipif(not HEADERS.exists(), reason="there is no CL/cl.h")
def test_the_host_in_cpp(project: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(project, tmp_path / "build")
    build(folder, tmp_path / "headers")
    assert run_in(folder, *CPP) == 0
    golden = folder / "vectors" / "out0_data.bin"
    golden.write_bytes(bytes(len(golden.read_bytes())))
    assert run_in(folder, *CPP) == 1
    golden.unlink()
    assert run_in(folder, *CPP) == 0
    (folder / "vectors" / "in0_data.bin").write_bytes(b"abc")
    assert run_in(folder, *CPP) == 2


@needs_emulator
@pytest.mark.skipif(not HEADERS.exists(), reason="there is no CL/cl.h")
@pytest.mark.parametrize("host", [CPP, PYTHON], ids=["C++", "Python"])
def test_hosts_of_parts(host: tuple[str, ...], tmp_path: Path) -> None:
    """The ends of a link are started as well; the emulator's I/O channels are files."""
    text = (LIT / "links.mlir").read_text().replace("z7020", DEVICE[-1])
    (tmp_path / "net.mlir").write_text(text)
    parts = tmp_path / "parts"
    command = ["compile", str(tmp_path / "net.mlir"), "--target", "opencl", "-o", str(parts)]
    assert main(command) == 0
    for part in ("first", "second"):
        build(parts / part, tmp_path / f"headers_{part}")
    assert run_in(parts / "first", *host) == 0
    shutil.copy(parts / "first" / "sink", parts / "second" / "source")
    frames = ("--frames", "9") if host is PYTHON else ()
    assert run_in(parts / "second", *host, *frames) == 0
    golden = parts / "second" / "vectors" / "y_data.bin"
    golden.write_bytes(bytes(len(golden.read_bytes())))
    assert run_in(parts / "second", *host, *frames) == 1


@needs_emulator
def test_an_emulation_that_is_given_up_ends(tmp_path: Path) -> None:
    """Whoever waits for it may be killed without a word; nothing is left, not even its folder."""
    size, design = 30_000_000, Design()
    module = design.finish(design.source(ChannelType((size,), unsigned(8), depth=64)))
    (tmp_path / "net.mlir").write_text(print_module(module))
    np.save(tmp_path / "x.npy", np.zeros((1, size), np.uint8))
    command = ["-m", "qnn.tools.qnn", "run", "net.mlir", "--engine", "opencl", "--input", "x.npy"]
    python = shutil.which("python") or "python3"
    temporary = {**os.environ, "TMPDIR": str(tmp_path)}
    user = subprocess.Popen([python, *command], cwd=tmp_path, env=temporary, stdout=-3, stderr=-3)
    found: list[int] = []
    while len(found) < 2 and user.poll() is None:
        time.sleep(0.1)
        found = hosts(tmp_path)
    user.send_signal(signal.SIGKILL)
    user.wait()
    until = time.monotonic() + 5
    while time.monotonic() < until and any(Path(f"/proc/{n}").exists() for n in found):
        time.sleep(0.1)
    assert len(found) == 2 and not any(Path(f"/proc/{n}").exists() for n in found)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.mlir", "x.npy"]


@needs_emulator
def test_projects_with_the_same_text_are_not_mistaken_for_each_other(tmp_path: Path) -> None:
    """They differ in weights only, which lie in files of their own."""
    for number in range(2):
        design = Design()
        x = design.source(ChannelType((4,), unsigned(4)))
        weights = design.data(np.full((2, 4), number + 1), signed(4))
        y = design.add(MatvecOp(x, ChannelType((2,), signed(12)), weights, signed(12)))
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "net.mlir").write_text(print_module(design.finish(y.output)))
        build = folder / "build"
        assert main(["compile", str(folder / "net.mlir"), *DEVICE, "-o", str(build)]) == 0
        done = subprocess.run(["make", "emulate"], cwd=build, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@needs_emulator
@pytest.mark.parametrize("offset", [1 << 40, -(1 << 40)])
def test_levels_may_begin_far_from_zero(offset: int, tmp_path: Path) -> None:
    design = Design()
    x = design.source(ChannelType((4,), signed(64)))
    thresholds = design.data(np.array([[0, 5, 10]], np.uint64), unsigned(64))
    output = ChannelType((4,), signed(50))
    y = design.add(ThresholdOp(x, output, thresholds, offset=offset))
    module = design.finish(y.output)
    Pipeline.parse("size-fifos").apply(module)
    frames = np.array([[-1, -(1 << 62), 7, 1 << 62]], np.int64)
    (found,) = emulate(emit(design.design), [frames])
    np.testing.assert_array_equal(found - offset, [[0, 0, 2, 3]])


@needs_emulator
def test_a_search_has_as_many_levels_as_it_takes() -> None:
    design, count = Design(), 1 << 16
    x = design.source(ChannelType((4,), signed(18)))
    thresholds = design.data(np.arange(count).reshape(1, count), signed(18))
    y = design.add(ThresholdOp(x, ChannelType((4,), unsigned(17)), thresholds))
    Pipeline.parse("size-fifos").apply(design.finish(y.output))
    (found,) = emulate(emit(design.design), [np.array([[-1, 0, 40000, count]], np.int32)])
    np.testing.assert_array_equal(found, [[0, 1, 40001, count]])


@needs_emulator
def test_a_long_name_leaves_room_for_what_it_is_a_name_of() -> None:
    """Memories of a search are called after the thresholds, and their level."""
    design = Design()
    x = design.source(ChannelType((4,), signed(12)))
    thresholds = design.data(np.arange(60).reshape(1, 60), signed(8))
    y = design.add(ThresholdOp(x, ChannelType((4,), unsigned(6)), thresholds))
    y.layer = StringAttr("MobilenetV1_MobilenetV1_Conv2d_10_pointwise_Relu6")
    Pipeline.parse("size-fifos").apply(design.finish(y.output))
    (found,) = emulate(emit(design.design), [np.array([[-9, 0, 9, 99]], np.int16)])
    np.testing.assert_array_equal(found, [[0, 1, 10, 60]])
