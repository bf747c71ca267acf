"""What surrounds the processes of the OpenCL backend: names, files, hosts, errors, deadlocks."""

import os
import re
import shutil
import signal
import subprocess
import sysconfig
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from qnn.backends.opencl import Emulation, SimulationError, emit, emulate, emulation
from qnn.backends.parts import EmitError, Part
from qnn.backends.vectors import write
from qnn.passes import Pipeline
from qnn.qdialect.dialects import new_context
from qnn.qdialect.interpreter import run
from qnn.qdialect.stream import ChannelType, DesignOp
from qnn.qdialect.stream.compute import MatvecOp, Storage, ThresholdOp
from qnn.qdialect.stream.flow import ResizeOp
from qnn.qdialect.text import parse_module
from qnn.qdialect.types import signed, unsigned
from qnn.tools.qnn import main
from support.design import Design
from support.hls import design_of, residual
from support.opencl import needs_emulator
from support.program import print_module
from unit.test_hls_backend import HOSTILE, frames, layer
from xdsl.dialects.builtin import StringAttr

LIBRARY = sorted((Path(emulation.__file__).parent / "include").rglob("*.*"))
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


def used_by(kind: str) -> str:
    """The files of the library that a kind of process is made of."""
    texts = {path.name: path.read_text() for path in LIBRARY if path.name != "end.h"}
    text = texts[f"{kind}.cl"]
    return text + "".join(
        texts[name] for name in re.findall(r'"qnn/(\w+\.(?:h|cl))"', text) if name in texts
    )


def test_a_process_uses_all_that_is_defined_for_it() -> None:
    modules = [
        parse_module(new_context(), (LIT / name).read_text())
        for name in ("processes.mlir", "links.mlir")
    ]
    Pipeline.parse("size-fifos").apply(modules[0])
    designs = [op for module in modules for op in module.ops if isinstance(op, DesignOp)]
    top = "".join(str(emit(design).files["top.cl"]) for design in designs)
    processes = re.findall(r"((?:#define .*\n)+)#include \"qnn/(\w+).cl", top)
    assert len({kind for _, kind in processes}) == sum(path.suffix == ".cl" for path in LIBRARY)
    for definitions, kind in processes:
        for name in set(re.findall(r"#define (\w+)", definitions)) - {"FROM_BITS", "TO_BITS"}:
            assert re.search(rf"\b{name}\b", re.sub("///.*", "", used_by(kind))), (kind, name)


def test_only_what_the_compiler_takes() -> None:
    """No recursion and no pointers to functions by construction; and nothing that needs a heap."""
    for path in LIBRARY:
        text = path.read_text()
        assert not re.search(r"\b(malloc|goto|double|float|printf)\b", text), path
        if path.name != "channels.h":
            assert "channel_intel" not in text and "sched_yield" not in text, path


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
def test_results_leave_while_later_frames_are_computed(tmp_path: Path) -> None:
    """The first frame is there before the host has come to its end."""
    running = Emulation(emit(design_of(layer())), tmp_path).write().frames([frames(1000)])
    with closing(running):
        next(running)
        assert hosts(tmp_path)
    assert not hosts(tmp_path)


def hosts(folder: Path) -> list[int]:
    """The processes that run in a folder."""
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "cwd") == str(folder) and (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


@needs_emulator
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("while (true) ;", "^main_top takes more than 4 s: "),
        ("*(volatile __global int*)0 = 1;", "^the emulator was ended by SIG"),
        ("no such thing", "^the emulator failed: (.|\n)*link.cl:2:.*error: "),
    ],
    ids=["hangs", "crashes", "does not compile"],
)
def test_an_emulator_that_fails_is_one_error(change: str, message: str, tmp_path: Path) -> None:
    """And no process is left."""
    design = Design()
    x = design.source(ChannelType((4,), unsigned(8)))
    module = design.finish(design.add(ResizeOp(x, 1, (4,))).output)
    Pipeline.parse("size-fifos").apply(module)
    seconds = 4 if "while" in change else 60
    running = Emulation(emit(design_of(module)), tmp_path, seconds=seconds).write()
    write({"include/qnn/link.cl": f"PROCESS NAME(void) {{\n    {change}\n}}\n"}, tmp_path)
    with pytest.raises(SimulationError, match=message):
        running.run([np.zeros((2, 4), np.uint8)])
    assert not hosts(tmp_path)


def test_more_kernels_than_the_emulator_runs() -> None:
    emitted = emit(design_of(layer()))
    emitted.parts.parts.extend(Part(f"p{n}", "link", "", [], [], {}) for n in range(250))
    with pytest.raises(SimulationError, match="has 254 kernels: the emulator runs 250 at once"):
        emulate(emitted, [frames()])


@pytest.mark.parametrize("missing", ["pyopencl", "libintelocl_emu.so"])
def test_what_is_missing_is_one_line(
    missing: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if missing == "pyopencl":
        monkeypatch.setattr(emulation, "find_spec", lambda name: None)
    else:
        monkeypatch.setattr(emulation, "find_spec", lambda name: name)
        monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    path, x = tmp_path / "net.mlir", tmp_path / "x.npy"
    path.write_text(print_module(layer()))
    np.save(x, frames())
    assert main(["run", str(path), "--input", str(x), "--engine", "opencl"]) == 1
    expected = (
        f"qnn: there is no {missing}: pip install 'qnn-dialect[opencl]' brings the emulator\n"
    )
    assert capsys.readouterr().err == expected


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
    golden = folder / "vectors" / "out0_data.bin"
    golden.write_bytes(bytes([golden.read_bytes()[0] ^ 1]) + golden.read_bytes()[1:])
    done = subprocess.run(["make", "emulate"], cwd=folder, capture_output=True, text=True)
    assert done.returncode and "out0_data: the results are not those expected" in done.stderr


@needs_emulator
@pytest.mark.skipif(not Path("/usr/include/CL/cl.h").exists(), reason="there is no CL/cl.h")
def test_the_host_in_cpp(project: Path, tmp_path: Path) -> None:
    """It runs what the emulator's compiler makes; on a board it would run what aoc makes."""
    folder = shutil.copytree(project, tmp_path / "build")
    libraries = Path(sysconfig.get_path("data")) / "lib"
    options = ["-std=c++14", "-Wall", "-Wextra", "-Werror", f"-Wl,-rpath-link,{libraries}"]
    command = ["g++", *options, "host.cpp", str(libraries / "libOpenCL.so"), "-o", "host"]
    subprocess.run(command, cwd=folder, check=True)
    (folder / "icd").mkdir()
    (folder / "icd" / "emulator.icd").write_text(str(libraries / "libintelocl_emu.so"))
    environment = {
        **os.environ,
        "OCL_ICD_VENDORS": str(folder / "icd"),
        "LD_LIBRARY_PATH": str(libraries),
        "PYOPENCL_NO_CACHE": "1",
    }
    script = (
        "import os, host, pyopencl as cl; "
        "context = cl.Context([host.device_of('FPGA Emulation')]); "
        "open('top.aocx', 'wb').write(host.build(context, None).binaries[0]); os._exit(0)"
    )
    python = [shutil.which("python") or "python3", "-W", "ignore", "-c", script]
    subprocess.run(python, cwd=folder, env=environment, check=True)
    run = ["./host", "--emulation", "top.aocx"]
    assert subprocess.run(run, cwd=folder, env=environment, timeout=60).returncode == 0
    golden = folder / "vectors" / "out0_data.bin"
    golden.write_bytes(bytes(len(golden.read_bytes())))
    assert subprocess.run(run, cwd=folder, env=environment, timeout=60).returncode == 1


@needs_emulator
def test_an_emulation_that_is_given_up_ends(tmp_path: Path) -> None:
    """Whoever waits for it may be killed without a word, long before the first frame is done."""
    size, design = 30_000_000, Design()
    module = design.finish(design.source(ChannelType((size,), unsigned(8), depth=64)))
    (tmp_path / "net.mlir").write_text(print_module(module))
    np.save(tmp_path / "x.npy", np.zeros((1, size), np.uint8))
    command = ["-m", "qnn.tools.qnn", "run", "net.mlir", "--engine", "opencl", "--input", "x.npy"]
    python = shutil.which("python") or "python3"
    temporary = {**os.environ, "TMPDIR": str(tmp_path)}
    user = subprocess.Popen([python, *command], cwd=tmp_path, env=temporary, stdout=-3, stderr=-3)
    found: list[int] = []
    while not found and user.poll() is None:
        time.sleep(0.1)
        found = [n for folder in tmp_path.glob("tmp*") for n in hosts(folder)]
    user.send_signal(signal.SIGKILL)
    user.wait()
    until = time.monotonic() + 5
    while time.monotonic() < until and any(Path(f"/proc/{n}").exists() for n in found):
        time.sleep(0.1)
    assert found and not any(Path(f"/proc/{n}").exists() for n in found)


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
