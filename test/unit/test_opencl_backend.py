"""The OpenCL backend around its processes: names, files, hosts, errors, deadlocks."""

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
from qnn.backends.netlist.netlist import EmitError
from qnn.backends.opencl import Emulation, SimulationError, emit, emulate
from qnn.backends.opencl import simulator as emulation
from qnn.backends.opencl.library import INCLUDE
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
from support.hls import HOSTILE, design_of, frames, layer, residual
from support.opencl import needs_emulator
from support.program import print_module
from xdsl.dialects.builtin import StringAttr

LIBRARY = sorted(INCLUDE.rglob("*.*"))
LIT = Path(__file__).parents[1] / "lit" / "backends"
DEVICE = "--target", "opencl", "--device", "arria10-gx1150"


@pytest.mark.parametrize("name", HOSTILE)
def test_no_other_text_of_a_model_reaches_the_code(name: str) -> None:
    """Only letters and digits of the names of layers and designs do."""
    for path, content in emit(design_of(layer(name=name)), name).files.items():
        assert ".." not in path and path.isascii()
        if isinstance(content, str):
            assert content.isascii() and "evil;" not in content and "rm -rf" not in content


@needs_emulator
def test_a_design_with_hostile_names_runs() -> None:
    module, x = layer(name=HOSTILE[4]), frames()
    (result,) = emulate(emit(design_of(module), HOSTILE[6]), [x])
    np.testing.assert_array_equal(result, run(module, [x])[0])


def library_code(file: str) -> str:
    """The code of a kind of process, with the files that it includes."""
    texts = {path.name: path.read_text() for path in LIBRARY}
    included = re.findall(r'"qnn/(.*)"', texts[file])
    return re.sub("///.*", "", texts[file]) + "".join(map(library_code, included))


def kernels_of_each_kind() -> dict[str, list[str]]:
    """The text of the kernels of each kind, in designs that have all kinds."""
    names = "processes.mlir", "links.mlir"
    modules = [parse_module(new_context(), (LIT / name).read_text()) for name in names]
    Pipeline.parse("size-fifos").apply(modules[0])
    designs = [op for module in modules for op in module.ops if isinstance(op, DesignOp)]
    found: dict[str, list[str]] = {}
    for design in designs:
        for kernel in emit(design).kernels:
            found.setdefault(kernel.kind, []).append(kernel.source())
    return found


def test_there_is_a_kernel_of_each_kind() -> None:
    assert set(kernels_of_each_kind()) == {p.stem for p in LIBRARY if p.suffix == ".cl"}


def test_a_process_uses_all_its_definitions() -> None:
    for kind, kernels in kernels_of_each_kind().items():
        code = library_code(f"{kind}.cl")
        for name in set(re.findall(r"#define (\w+)", "".join(kernels))) - {"FROM_BITS", "TO_BITS"}:
            assert re.search(rf"\b{name}\b", code), (kind, name)


def test_every_definition_of_a_process_is_undefined() -> None:
    """The next process can define the same names: those of the design and those of the library."""
    for kind, kernels in kernels_of_each_kind().items():
        for text in (*kernels, library_code(f"{kind}.cl")):
            defined, undefined = (
                set(re.findall(rf"#{d} (\w+)", text)) for d in ("define", "undef")
            )
            assert defined == undefined, kind


def test_the_library_has_no_code_that_the_compiler_rejects() -> None:
    """Nothing needs a heap or floats, and only channels.h accesses channels."""
    for path in LIBRARY:
        text = path.read_text()
        assert not re.search(r"\b(malloc|goto|double|float|printf)\b", text), path
        if path.name != "channels.h":
            assert not re.search(r"channel_intel|sched_yield|usleep", text), path


def test_memories_have_banks() -> None:
    """Their number and their bytes are given as powers of two: aoc rejects `singlepump` alone."""
    for path in LIBRARY:
        for attributes in re.findall(r"__attribute__\(\((.*singlepump.*)\)\)", path.read_text()):
            assert "numbanks(" in attributes and "bankwidth(" in attributes, path
    design = Design()
    x = design.source(ChannelType((4, 5, 24), unsigned(8), 24, depth=8))
    design.finish(design.add(WindowOp(x, [3, 3], lanes=72)).patches)
    Pipeline.parse("size-fifos").apply(design.module)
    top = str(emit(design.design).files["top.cl"])
    assert "#define BANKS 4\n#define BANK_BYTES 32\n" in top


def test_rows_of_weights_have_no_unused_bits_between_them() -> None:
    """Eight signs at an address are stored in one byte."""
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


@pytest.fixture
def quick_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts report a design that has stopped after three seconds, not ten."""
    files = emulation.library()
    host = str(files["host.py"])
    assert "STALL_SECONDS = 10\n" in host
    host = host.replace("STALL_SECONDS = 10\n", "STALL_SECONDS = 3\n")
    monkeypatch.setattr(emulation, "library", lambda: {**files, "host.py": host})


@needs_emulator
@pytest.mark.usefixtures("quick_reports")
def test_a_deadlock_names_the_channels() -> None:
    """The channel parallel to a window is too shallow for the lines that the window buffers."""
    module, image = residual(), np.arange(32, dtype=np.uint8).reshape(2, 4, 4, 1)
    (expected,) = run(module, [image])
    source = emit(design_of(module))
    np.testing.assert_array_equal(emulate(source, [image], bounded=True)[0], expected)
    shallow = emit(design_of(module))
    channels = shallow.netlist.channels
    place = next(n for n, channel in enumerate(channels) if channel.name == "fork_words_2")
    channels[place] = replace(channels[place], depth=2)
    full = r"source_words \(\d words\), fork_words_2 \(2 words\)"
    message = f"^the design stops: full channels: {full}; empty channels: .*matvec_words.*"
    with pytest.raises(SimulationError, match=message):
        emulate(shallow, [image], bounded=True)


@needs_emulator
def test_results_leave_while_later_frames_are_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first frame is returned before the host ends."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    running = Emulation(emit(design_of(layer()))).frames([frames(1000)])
    with closing(running):
        next(running)
        assert hosts(tmp_path)
    assert not hosts(tmp_path)


def hosts(folder: Path) -> list[int]:
    """The processes that run in subfolders of a folder."""
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            place = Path(os.readlink(process / "cwd"))
            if place.parent == folder and (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


RUNNABLE = "kernels that wait for neither: repack$"


@needs_emulator
@pytest.mark.usefixtures("quick_reports")
@pytest.mark.parametrize(
    ("change", "timeout", "message"),
    [
        ("while (true) ;", 60, f"the design stops: full channels: source_words .*; {RUNNABLE}"),
        ("while (true) ;", 2, f"takes more than 2 s: (full channels: .*; {RUNNABLE}|it is)"),
        ("*(volatile __global int*)0 = 1;", 60, f"the design crashes with SIGSEGV: .*; {RUNNABLE}"),
        ("no such thing", 60, "^the emulator failed: (.|\n)*pass_through.cl:2:.*error: "),
        ("WORD(FROM_BITS) word;", 0.01, "^the design takes .*: it is still being compiled"),
    ],
    ids=["hangs", "takes long", "crashes", "does not compile", "compiles long"],
)
def test_a_failed_emulation_is_one_error(
    change: str, timeout: float, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the kernel that waits for no channel; no process and no file is left."""
    design = Design()
    x = design.source(ChannelType((40,), unsigned(8), depth=4))
    module = design.finish(design.add(RepackOp(x, 1, (40,))).output)
    Pipeline.parse("size-fifos").apply(module)
    changed = {"include/qnn/pass_through.cl": f"PROCESS NAME(void) {{\n    {change}\n}}\n"}
    files = {**emulation.library(), **changed}
    monkeypatch.setattr(emulation, "library", lambda: files)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(SimulationError, match=message):
        running = Emulation(emit(design_of(module)), timeout=timeout)
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
    error = capsys.readouterr().err
    assert error.startswith("qnn: the design takes more than 2 s: ") and error.count("\n") == 1


def test_more_kernels_than_the_emulator_runs() -> None:
    source = emit(design_of(layer()))
    many = replace(source, kernels=[*source.kernels, *source.kernels[:1] * 250])
    with pytest.raises(SimulationError, match="has 254 kernels, the emulator runs at most 250"):
        emulate(many, [frames()])


PACKAGES = "pip install pyopencl intel-opencl-rt==2023.2.0"


@needs_emulator
@pytest.mark.parametrize(
    "missing", ["pyopencl is not installed", "no OpenCL platform is called FPGA Emulation"]
)
def test_a_missing_package_is_an_error_of_one_line(
    missing: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Python finds another package of its name first."""
    (tmp_path / "intel_opencl_rt-2023.2.0.dist-info").mkdir()
    (tmp_path / "intel_opencl_rt-2023.2.0.dist-info" / "METADATA").touch()
    if missing.startswith("pyopencl"):
        (tmp_path / "pyopencl.py").write_text("raise ModuleNotFoundError(name='pyopencl')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path, x = tmp_path / "net.mlir", tmp_path / "x.npy"
    path.write_text(print_module(layer()))
    np.save(x, frames())
    assert main(["run", str(path), "--input", str(x), "--engine", "opencl", "-q"]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"qnn: {missing}: {PACKAGES}") and error.count("\n") == 1


Use = tuple[int, bool]
"""The place of an access to an array, and whether it is a write."""


def line_uses(numbers: dict[str, int]) -> Iterator[Use | None]:
    """The accesses of upsample.cl to its line, iteration by iteration."""
    words = numbers["PIXEL_WORDS"]
    sizes = 3, numbers["DOWN"], numbers["WIDTH"], numbers["ACROSS"], words
    for _, down, column, across, part in product(*map(range, sizes)):
        if across == 0 or words > 1:
            yield column * words + part, down == across == 0
        else:
            yield None


def vector_uses(numbers: dict[str, int]) -> Iterator[Use]:
    """The accesses of weighted.h to the vector that it keeps."""
    for _, fold, step in product(range(3), range(numbers["FOLDS"]), range(numbers["STEPS"])):
        yield step, fold == 0


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
@pytest.mark.parametrize(
    ("file", "names", "uses"),
    [
        ("upsample.cl", ["WIDTH", "DOWN", "ACROSS", "PIXEL_WORDS"], line_uses),
        ("matvec.cl", ["FOLDS", "STEPS"], vector_uses),
    ],
)
def test_ivdep_distances_are_correct(
    file: str, names: list[str], uses: Callable[[dict[str, int]], Iterator[Use | None]]
) -> None:
    """`ivdep` must not promise a longer distance than there is; the emulator does not check it."""
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
            assert numbers[safe[1]] <= shortest_distance(list(uses(numbers))), numbers
    assert promised > 1


def shortest_distance(uses: list[Use | None]) -> float:
    """The fewest iterations between two accesses to a place, of which at least one is a write."""
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
        (
            lambda at: (at / "vectors" / "in0_data.bin").write_bytes(b"abc"),
            2,
            "has 3 bytes: it needs",
        ),
        (
            lambda at: (at / "vectors" / "in0_data.bin").write_bytes(b""),
            2,
            "has 0 bytes: it needs",
        ),
        (lambda at: (at / "weights" / "Conv_0_matvec_weights.dat").unlink(), 2, "no such file"),
        (lambda at: (at / "design.json").write_text("{"), 2, "design.json: Expecting"),
        (lambda at: (at / "top.cl").write_text("("), 2, "error: expected"),
        (lambda at: None, 0, ""),
    ],
)
def test_the_hosts_errors(
    change: Callable[[Path], object], status: int, message: str, project: Path, tmp_path: Path
) -> None:
    """An error has no traceback and no warning, and leaves no files."""
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
    with pytest.raises(
        EmitError, match="an output channel of 'source' has no depth: run size-fifos"
    ):
        emit(design.design)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of a small design with weights from a port."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "net.mlir").write_text(print_module(layer(Storage.OUTSIDE)))
    build = folder / "build"
    assert main(["compile", str(folder / "net.mlir"), *DEVICE, "-o", str(build)]) == 0
    return build


@needs_emulator
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_a_project_compares_results(project: Path, tmp_path: Path) -> None:
    """Expected results pass, others fail."""
    folder = shutil.copytree(project, tmp_path / "build")
    for target in ("emulate", "emulate-strict"):
        done = subprocess.run(["make", target], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "out0_data: the results are correct\n" in done.stdout
    golden = folder / "vectors" / "out0_data.bin"
    golden.write_bytes(bytes([golden.read_bytes()[0] ^ 1]) + golden.read_bytes()[1:])
    done = subprocess.run(["make", "emulate"], cwd=folder, capture_output=True, text=True)
    assert done.returncode and "out0_data: the results are wrong" in done.stderr


HEADERS = Path("/usr/include/CL/cl.h")
AOC = """
import os, sys, host, pyopencl as cl
context = cl.Context([host.find_device('FPGA Emulation')])
options = ['-cl-std=CL1.2', '-I', 'include', '-I', '.', '-I', sys.argv[1]]
program = cl.Program(context, open('top.cl').read()).build(options)
open('top.aocx', 'wb').write(program.binaries[0])
os._exit(0)
"""


def opencl_libraries() -> Path:
    """The folder of the emulator and a loader."""
    (emulator,) = (f for f in files("intel-opencl-rt") or [] if f.name == "libintelocl_emu.so")
    return Path(str(emulator.locate())).resolve().parent


def run_in(folder: Path, *command: str) -> int:
    """The exit status of a command that can find the emulator."""
    names = "OCL_ICD_VENDORS", "OCL_ICD_FILENAMES"
    emulator = dict.fromkeys(names, str(opencl_libraries() / "libintelocl_emu.so"))
    environment = {**os.environ, **emulator, "LD_LIBRARY_PATH": str(opencl_libraries())}
    return subprocess.run(command, cwd=folder, env=environment, timeout=60).returncode


def build_for_board(folder: Path, headers: Path) -> None:
    """Compiles the code for boards with the emulator's compiler, and the host in C++."""
    headers.mkdir()
    types = (f"typedef _BitInt({bits}) int{bits}_t;\n" for bits in range(2, 65))
    (headers / "ihc_apint.h").write_text("".join(types))
    assert run_in(folder, shutil.which("python") or "python3", "-c", AOC, str(headers)) == 0
    loader = f"-Werror {opencl_libraries() / 'libOpenCL.so'} -Wl,-rpath-link,{opencl_libraries()}"
    assert run_in(folder, "make", "host", f"OPENCL={loader}") == 0


@pytest.fixture(scope="module")
def linked_parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two parts of a network with their hosts; in the emulator, I/O channels are files."""
    folder = tmp_path_factory.mktemp("linked")
    text = (LIT / "links.mlir").read_text().replace("z7020", DEVICE[-1])
    (folder / "net.mlir").write_text(text)
    parts = folder / "parts"
    command = ["compile", str(folder / "net.mlir"), "--target", "opencl", "-o", str(parts)]
    assert main(command) == 0
    for part in ("first", "second"):
        build_for_board(parts / part, folder / f"headers_{part}")
    return parts


CPP = "./host", "--emulation", "top.aocx"
PYTHON = shutil.which("python") or "python3", "host.py", "--program", "top.aocx", "--emulation"


@needs_emulator
@pytest.mark.skipif(not HEADERS.exists(), reason="CL/cl.h is not installed")
def test_the_host_in_cpp(project: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(project, tmp_path / "build")
    build_for_board(folder, tmp_path / "headers")
    assert run_in(folder, *CPP) == 0
    (folder / "vectors" / "out0_data.bin").unlink()
    assert run_in(folder, *CPP) == 0
    (folder / "vectors" / "in0_data.bin").write_bytes(b"abc")
    assert run_in(folder, *CPP) == 2


@needs_emulator
@pytest.mark.skipif(not HEADERS.exists(), reason="CL/cl.h is not installed")
@pytest.mark.parametrize("host", [CPP, PYTHON], ids=["C++", "Python"])
def test_hosts_of_parts(host: tuple[str, ...], linked_parts: Path, tmp_path: Path) -> None:
    """The host starts the ends of links."""
    parts = shutil.copytree(linked_parts, tmp_path / "parts")
    assert run_in(parts / "first", *host) == 0
    shutil.copy(parts / "first" / "sink", parts / "second" / "source")
    frames = ("--frames", "9") if host is PYTHON else ()
    assert run_in(parts / "second", *host, *frames) == 0
    golden = parts / "second" / "vectors" / "y_data.bin"
    golden.write_bytes(bytes(len(golden.read_bytes())))
    assert run_in(parts / "second", *host, *frames) == 1


@needs_emulator
def test_a_killed_parent_ends_its_emulation(tmp_path: Path) -> None:
    """No process is left, and no temporary folder."""
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
def test_projects_that_differ_in_weights_only_are_compiled_separately(tmp_path: Path) -> None:
    """The weights are in files that `top.cl` includes."""
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
def test_levels_may_start_far_from_zero(offset: int, tmp_path: Path) -> None:
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
def test_a_search_of_many_levels() -> None:
    design, count = Design(), 1 << 16
    x = design.source(ChannelType((4,), signed(18)))
    thresholds = design.data(np.arange(count).reshape(1, count), signed(18))
    y = design.add(ThresholdOp(x, ChannelType((4,), unsigned(17)), thresholds))
    Pipeline.parse("size-fifos").apply(design.finish(y.output))
    (found,) = emulate(emit(design.design), [np.array([[-1, 0, 40000, count]], np.int32)])
    np.testing.assert_array_equal(found, [[0, 1, 40001, count]])


@needs_emulator
def test_a_long_name_leaves_room_for_suffixes() -> None:
    """The memories of a search have the name of the thresholds and their level."""
    design = Design()
    x = design.source(ChannelType((4,), signed(12)))
    thresholds = design.data(np.arange(60).reshape(1, 60), signed(8))
    y = design.add(ThresholdOp(x, ChannelType((4,), unsigned(6)), thresholds))
    y.layer = StringAttr("MobilenetV1_MobilenetV1_Conv2d_10_pointwise_Relu6")
    Pipeline.parse("size-fifos").apply(design.finish(y.output))
    (found,) = emulate(emit(design.design), [np.array([[-9, 0, 9, 99]], np.int16)])
    np.testing.assert_array_equal(found, [[0, 1, 10, 60]])
