"""Errors of users with `qnn compile` and `qnn run --engine hls`, and the files that remain."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from qnn.backends.build_cache import is_intact
from qnn.backends.hls import SimulationError, emit
from qnn.backends.hls import simulator as simulation
from qnn.backends.hls.engine import HlsEngine, simulation_fingerprint
from qnn.backends.hls.simulator import Simulation
from qnn.hardware.timing.schedule import schedule_of
from qnn.passes import Pipeline
from qnn.passes.tile.goal import Goal
from qnn.qdialect.interpreter import run
from qnn.qdialect.stream.compute import MatvecOp
from qnn.tools.designs import design_in
from qnn.tools.doctor import all_needs
from qnn.tools.qnn import main
from support.design import chain
from support.hls import HOSTILE, design_of, frames, layer
from support.program import print_module
from xdsl.dialects.builtin import ModuleOp, StringAttr, UnitAttr

OPTIONS = "--target", "hls", "--device", "z7020"


def two_layers(*names: str) -> ModuleOp:
    """Fully connected layers with these names, between ports with these names."""
    module = chain(names)
    design = design_of(module)
    design.sources[0].port = StringAttr(names[0])
    design.sinks[0].port = StringAttr(f"{names[-1]}\n")
    return module


def saved(module: ModuleOp, folder: Path, name: str = "net.mlir") -> str:
    path = folder / name
    path.write_text(print_module(module))
    return str(path)


def compiled(module: ModuleOp, folder: Path, *more: str) -> Path:
    build = folder / "build"
    assert main(["compile", saved(module, folder), *OPTIONS, "-o", str(build), *more]) == 0
    return build


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_of_a_model_reaches_a_project(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No code, script, table or file name contains one; only files that are read back
    contain names."""
    build = compiled(two_layers(name, name), tmp_path)
    table = capsys.readouterr().out
    assert all(line.isprintable() for line in table.splitlines())
    for path in build.rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9_.-]+", path.name)
        if path.suffix in (".cpp", ".hpp", ".tcl", ".cfg", ".md", "") and path.is_file():
            text = path.read_text()
            assert text.isascii()
            for bad in ("evil;", "rm -rf", "../etc", "x" * 100, "${x}", "__proto__"):
                assert bad not in text, path
    again = main(["compile", str(build / "design.mlir"), *OPTIONS, "-o", str(tmp_path / "again")])
    assert again == 0


def test_pragmas_have_the_size_of_each_memory(tmp_path: Path) -> None:
    """The words of the port for the frames in `vectors`, which cosimulation needs."""
    build = compiled(two_layers("a", "b"), tmp_path)
    top = (build / "top.cpp").read_text()
    depths = dict(re.findall(r"m_axi port=(\w+) .* depth=(\d+)", top))
    ports = re.findall(r"ap_uint<(\d+)>\* (\w+)", top)
    assert sorted(depths) == sorted(port for _, port in ports) and len(ports) == 2
    for bits, port in ports:
        size = (build / "vectors" / f"{port}.bin").stat().st_size
        assert int(depths[port]) == -(-size // (int(bits) // 8))
    assert re.search(r"Made by qnn-dialect \d+\.", (build / "README.md").read_text())


@pytest.mark.parametrize(
    "stem", ['"', "a b", "while", "$(touch x)", "main", "слой", "-", "x" * 200]
)
def test_the_name_of_a_file_becomes_an_identifier(stem: str, tmp_path: Path) -> None:
    path, build = saved(two_layers("a"), tmp_path, f"{stem}.mlir"), tmp_path / "build"
    assert main(["compile", path, *OPTIONS, "-o", str(build)]) == 0
    (top,) = re.findall("set_top (.*)", (build / "run_hls.tcl").read_text())
    assert re.fullmatch("[A-Za-z][A-Za-z0-9_]*", top) and len(top) < 50


def test_the_rows_of_the_table_add_up(tmp_path: Path) -> None:
    """Their sum is the total of the design, ports and channels included."""
    build = compiled(two_layers("a", "b"), tmp_path)
    text = (build / "README.md").read_text().partition("## Ports")[0]
    lines = text.splitlines()
    head, _, *rows = [line.strip("| ").split("|") for line in lines if line.startswith("|")]
    for column, kind in enumerate(map(str.strip, head)):
        if column >= head.index(" cycles ") + 1:
            (total,) = re.findall(rf"^- {kind}: ([\d.,]+)", "\n".join(lines), re.MULTILINE)
            assert sum(number(row[column]) for row in rows) == number(total), kind


def number(text: str) -> float:
    return float(text.replace(",", ""))


@pytest.mark.skipif(shutil.which("tclsh") is None, reason="tclsh is not installed")
@pytest.mark.parametrize("name", ["build", "my build"])
def test_the_script_is_tcl(name: str, tmp_path: Path) -> None:
    """The vendor's commands are printed, not run; flags cannot contain a path with a space."""
    (tmp_path / name).mkdir()
    build = tmp_path / name / "build"
    assert main(["compile", saved(two_layers("a"), tmp_path), *OPTIONS, "-o", str(build)]) == 0
    commands = "proc unknown {args} {puts [join $args |]}\nsource [lindex $argv 0]\n"
    (tmp_path / "print.tcl").write_text(commands)
    script = [str(tmp_path / "print.tcl"), str(build / "run_hls.tcl")]
    ran = subprocess.run(["tclsh", *script], capture_output=True, text=True)
    if " " in name:
        assert ran.stderr.startswith(f"the path {build} contains a space: move the folder\n")
        return
    assert not ran.stderr
    flags = f"-std=c++14 -I{build}/include -I{build}"
    assert f"add_files|top.cpp|-cflags|{flags}" in ran.stdout.splitlines()


def test_a_part_number_is_not_run_as_a_script(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    device = tmp_path / "evil.toml"
    device.write_text(
        'description = ""\nvendor = "xilinx"\npart = "x; exec rm"\nclock_mhz = 100.0\n'
        "[resources]\nlut = 100000\nbram18 = 100\n"
    )
    path = saved(two_layers("a"), tmp_path)
    arguments = ["--target", "hls", "--device", str(device), "-o", str(tmp_path / "build")]
    assert main(["compile", path, *arguments]) == 1
    assert capsys.readouterr().err.endswith(
        "qnn: 'x; exec rm' is not a part number: use letters, digits, - and _ only\n"
    )
    assert not (tmp_path / "build").exists()


def test_wrong_inputs_are_an_error_before_the_design_is_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "x.npy", np.zeros((2, 5), np.uint8))
    path, build = saved(two_layers("a"), tmp_path), tmp_path / "build"
    given = ["--inputs", str(tmp_path / "x.npy"), "-o", str(build)]
    assert main(["compile", path, *OPTIONS, *given]) == 1
    first, last = capsys.readouterr().err.splitlines()
    assert first.startswith("qnn: import:")
    file = tmp_path / "x.npy"
    assert last == f'qnn: input "a" from {file} has shape 2x5, tensor<1x4xui4> is expected'


def test_wrong_inputs_are_an_error_before_an_engine_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "x.npy", np.zeros((2, 5), np.uint8))
    monkeypatch.setattr("qnn.tools.run_network.engine_for", None)
    path, given = saved(two_layers("a"), tmp_path), ["--input", str(tmp_path / "x.npy")]
    assert main(["run", path, *given, "--engine", "hls"]) == 1
    told = capsys.readouterr().err
    file = tmp_path / "x.npy"
    assert told == f'qnn: input "a" from {file} has shape 2x5, tensor<1x4xui4> is expected\n'


@pytest.mark.parametrize("command", ["run x.mlir", "eval x.mlir --images x.npy"])
def test_a_missing_emulator_is_the_first_error(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The remedy is the one that `qnn doctor` prints."""
    monkeypatch.setattr("qnn.backends.opencl.engine.find_spec", lambda name: None)
    assert main([*command.split(), "--engine", "opencl"]) == 1
    hint = "pip install 'qnn-dialect[opencl]'"
    assert capsys.readouterr().err == f"qnn: --engine opencl needs the package pyopencl: {hint}\n"
    assert hint in [need.remedy for need in all_needs()]


@pytest.mark.parametrize("how", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_interrupted_build_keeps_the_previous_one(
    how: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = compiled(two_layers("a"), tmp_path)
    before = {path: path.read_bytes() for path in build.rglob("*") if path.is_file()}

    def broken(*_: object) -> None:
        raise how

    monkeypatch.setattr("qnn.tools.compile.compile.write_folding", broken)
    arguments = ["compile", saved(two_layers("b"), tmp_path), *OPTIONS, "-o", str(build)]
    assert main(arguments) == (1 if isinstance(how, OSError) else 130)
    assert {path: path.read_bytes() for path in build.rglob("*") if path.is_file()} == before
    assert {path.name for path in tmp_path.iterdir()} == {"build", "net.mlir"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda patch: patch.setenv("PATH", ""), "g++ is not installed: install a C++ compiler"),
        (
            lambda patch: patch.setattr(simulation, "find_spec", lambda name: None),
            "ap_int.h is not installed: pip install 'qnn-dialect[hls]'",
        ),
    ],
    ids=["compiler", "headers"],
)
def test_a_missing_dependency_is_an_error_of_one_line(
    change: Callable[[pytest.MonkeyPatch], None],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, x = saved(two_layers("a"), tmp_path), tmp_path / "x.npy"
    np.save(x, np.zeros((2, 4), np.uint8))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    change(monkeypatch)
    monkeypatch.setattr("qnn.tools.run_network.load_network", None)
    assert main(["run", path, "--input", str(x), "--engine", "hls", "--quiet"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"qnn: {message}")
    assert not (tmp_path / "cache").exists() or not list((tmp_path / "cache").rglob("simulation"))


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of an engine that has run the design of one layer."""
    cache = tmp_path_factory.mktemp("programs")
    run(layer(), [frames()], engine=HlsEngine(cache))
    return cache


def test_a_program_that_fails_to_compile_is_not_cached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "GXX_OPTIONS", ["--no-such-option"])
    with pytest.raises(SimulationError, match="g\\+\\+ cannot compile the design"):
        run(layer(), [frames()], engine=HlsEngine(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_cached_program_is_not_compiled_again(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, x = layer(), frames()
    monkeypatch.setattr(simulation.Simulation, "build", None)
    (found,) = run(module, [x], engine=HlsEngine(programs))
    np.testing.assert_array_equal(found, run(module, [x])[0])
    headers, program = sorted(programs.iterdir(), key=lambda path: not path.name.startswith("h"))
    assert (headers / "qnn.hpp.gch").exists() and (program / "simulation").exists()


def test_every_unit_uses_the_precompiled_headers(programs: Path) -> None:
    """`g++ -H` marks a precompiled header that it uses with an exclamation mark."""
    simulation = HlsEngine(programs).simulation_of(emit(design_of(layer())))
    (headers,) = programs.glob("headers-*")
    check = ["g++", "-H", "-fsyntax-only", f"-I{headers}", *simulation.options]
    for unit in simulation.folder.glob("*.cpp"):
        command = [*check, unit.name]
        done = subprocess.run(command, cwd=simulation.folder, capture_output=True, text=True)
        assert done.stderr.startswith(f"! {headers / 'qnn.hpp.gch'}\n"), unit


def flip_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "removed": Path.unlink,
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "other bits": flip_bit,
    "not executable": lambda path: path.chmod(0o644),
    "no program": lambda path: path.write_text("no program"),
}


@pytest.mark.parametrize(
    "damage",
    [
        "other bits",
        "not executable",
        *(
            pytest.param(damage, marks=pytest.mark.slow)
            for damage in ("removed", "cut", "no program")
        ),
    ],
)
def test_a_damaged_program_is_built_again(
    damage: str, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file of a cached folder, such as the program and its weights."""
    module, x = layer(), frames()
    expected = run(module, [x])
    (built_before,) = programs.glob("*/simulation")
    cache = tmp_path / "cache"
    program = shutil.copytree(built_before.parent, cache / built_before.parent.name) / "simulation"
    files = [path for path in program.parent.rglob("*") if path.is_file()]
    built = list[Path]()

    def build(simulation: Simulation) -> Simulation:
        """Copies the intact files in place of a compilation."""
        built.append(simulation.folder)
        shutil.copytree(tmp_path / "intact", simulation.folder, dirs_exist_ok=True)
        return simulation

    shutil.copytree(program.parent, tmp_path / "intact")
    monkeypatch.setattr(simulation.Simulation, "build", build)
    monkeypatch.setattr(HlsEngine, "headers", lambda *_: programs)
    if damage in ("not executable", "no program"):
        files = [program]
    for number, path in enumerate(files):
        DAMAGES[damage](path)
        np.testing.assert_array_equal(run(module, [x], engine=HlsEngine(cache)), expected)
        assert len(built) == number + 1
    assert built and is_intact(program.parent)


def test_a_fingerprint_depends_on_all_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sources, bounded channels and the compiler's options, but not the folder."""
    designs = [emit(design_of(layer(name=name))) for name in ("a", "b", "a")]

    def names() -> list[str]:
        return [
            simulation_fingerprint(Simulation([design], Path("anywhere"), bounded))
            for design in designs
            for bounded in (False, True)
        ]

    before = names()
    assert len(set(before)) == 4 and before[:2] == before[4:]
    monkeypatch.setattr(simulation, "GXX_OPTIONS", [*simulation.GXX_OPTIONS, "-g"])
    assert not set(before) & set(names())


def test_a_design_is_folded_for_a_number_of_cycles() -> None:
    """The folding is the cheapest that is fast enough, or else the fastest; it is chosen once."""
    found: list[int] = []
    for cycles in (10, 4, 1, 1000):
        module = two_layers("a", "b")
        design = design_in(module, Goal(target_cycles=cycles))
        found.append(max(schedule_of(process).interval for process in design.processes))
        text = print_module(module)
        design_in(module, Goal(target_cycles=2))
        assert print_module(module) == text or cycles == 1000
    assert found == [8, 4, 1, 16]


def test_a_packed_design_is_folded_already() -> None:
    module = two_layers("a")
    Pipeline.parse("pack-bits").apply(module)
    design_in(module, Goal(target_cycles=1))
    assert schedule_of(design_of(module).processes[1]).interval == 16


def test_each_layer_has_its_own_multipliers() -> None:
    module = two_layers("a", "b")
    first = next(p for p in design_of(module).processes if isinstance(p, MatvecOp))
    first.dsp = UnitAttr()
    Pipeline.parse("size-fifos").apply(module)
    header = str(emit(design_of(module)).files["top.hpp"])
    assert re.findall("typedef qnn::(.*) Multiplier", header) == ["Dsp", "Fabric"]
