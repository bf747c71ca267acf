"""A new target is its code and one entry in `TARGETS`; no command is edited for it."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from pkgutil import resolve_name

import numpy as np
import pytest
from qnn.backends.backend import Backend, CodePiece, LinkedProjectTexts
from qnn.backends.golden_vectors import Files
from qnn.backends.needs import Need
from qnn.backends.netlist.build import build_netlist
from qnn.backends.programs import PartProgram
from qnn.backends.project import DesignSource, Project
from qnn.backends.target import DesignEngineDeclaration, EngineSettings, Target
from qnn.backends.targets import NETWORK_ENGINES, TARGETS
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import run
from qnn.qdialect.stream import DesignOp
from qnn.tools.command_line import command_line
from qnn.tools.qnn import main
from qnn.tools.report.build import Build
from qnn.tools.report.facts import facts_of
from support.design import chain
from support.documents import ROOT
from support.program import print_module


class ToySource(DesignSource):
    """A list of the processes."""

    @cached_property
    def files(self) -> Files:
        return {"top.toy": "".join(f"{name}\n" for name in self.processes)}


class ToyProject(Project):
    def library(self) -> Files:
        return {}

    def scripts(self) -> Files:
        return {"build.toy": f"build {self.source.top} for {self.device.part}\n"}

    def readme(self, frames: int) -> str:
        return f"# {self.source.top}\n\n{self.summary}\n"


class ToyEngine:
    """Runs designs in the interpreter."""

    def cycles_per_frame(self, design: DesignOp) -> None:
        return None

    def __call__(self, design: DesignOp, inputs: list[Array]) -> list[Array]:
        module = design.parent_op()
        assert module is not None
        print("the toy runs")
        return run(module, inputs)

    def program(self, design: DesignOp) -> PartProgram:
        raise NotImplementedError


def emit(design: DesignOp, name: str = "") -> ToySource:
    return ToySource(build_netlist(design, "xilinx", name))


def code_pieces(read: Callable[[str], str]) -> Iterator[CodePiece]:
    for line in read("top.toy").splitlines():
        yield CodePiece(line, [line])


def toy_engine(settings: EngineSettings) -> ToyEngine:
    return ToyEngine()


TOY_BACKEND = Backend(
    emit, ToyProject, LinkedProjectTexts("PARTS = {parts}\n", "A wire joins them."), code_pieces
)

TOY = Target(
    name="toy",
    language="Toy",
    summary="a list of processes",
    vendor="xilinx",
    example="z7020",
    code=f"{__name__}:TOY_BACKEND",
    engines=(
        DesignEngineDeclaration(
            "toy", "the interpreter", f"{__name__}:toy_engine", options=("folding", "strict")
        ),
    ),
    needs=(Need("projects: synthesis", "toyc", lambda: "1.0", "no shop has it"),),
)


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry that a new target needs."""
    monkeypatch.setitem(TARGETS, "toy", TOY)


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "net.mlir"
    path.write_text(print_module(chain(["fc0", "fc1"])))
    return path


def help_of(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    return " ".join(capsys.readouterr().out.split())


def test_the_help_lists_it(capsys: pytest.CaptureFixture[str]) -> None:
    compile_help, run_help = help_of("compile", capsys), help_of("run", capsys)
    assert "--target {hls,opencl,rtl,toy}" in compile_help
    assert "toy is a list of processes" in compile_help
    assert "--engine {reference,native,hls,opencl,rtl,toy}" in run_help
    assert "toy is the interpreter" in run_help
    assert "hls, opencl, rtl, toy: a JSON file with PE and SIMD" in run_help
    assert "opencl, toy: have the emulator" in run_help


def test_doctor_lists_its_tools(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    assert re.search(r"^projects: synthesis +toyc +yes +1\.0$", capsys.readouterr().out, re.M)


def test_compile_writes_its_project(network: Path, tmp_path: Path) -> None:
    build = tmp_path / "build"
    options = ["--target", "toy", "--device", "z7020", "-o", str(build)]
    assert main(["compile", str(network), *options]) == 0
    assert (build / "build.toy").read_text() == "build net_top for xc7z020clg400-1\n"
    description = json.loads((build / "build.json").read_text())
    assert description["target"] == "toy"
    assert (build / "top.toy").read_text().split() == description["processes"]
    facts = facts_of(Build.read(build))
    assert facts["language"] == "Toy"
    assert all(process["code"] == process["name"] for process in facts["processes"])


def test_compile_writes_the_files_of_a_chain(network: Path, tmp_path: Path) -> None:
    build = tmp_path / "build"
    options = ["--target", "toy", "--devices", "z7020,zu3eg", "--link", "64@156.25"]
    assert main(["compile", str(network), *options, "-o", str(build)]) == 0
    assert (build / "Makefile").read_text() == "PARTS = main_0 main_1\n"
    readme = (build / "README.md").read_text()
    assert "A wire joins them." in readme and "--engine toy" in readme
    assert "make together" not in readme and not (build / "together.sh").exists()
    assert (build / "main_1" / "top.toy").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--device arria10-gx1150", "--target toy supports Xilinx devices, such as z7020"),
        ("--device z7020 --streams", "--streams needs --target hls"),
    ],
)
def test_compile_refuses_what_it_does_not_serve(
    line: str, message: str, network: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--target", "toy", *line.split(), "-o", str(tmp_path / "build")]
    assert main(["compile", str(network), *given]) != 0
    assert capsys.readouterr().err.endswith(f"{message}\n")


def test_run_uses_its_engine(
    network: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "x.npy", np.zeros((2, 4), np.uint8))
    given = ["run", str(network), "--input", str(tmp_path / "x.npy"), "-q"]
    assert main(given) == 0
    expected = capsys.readouterr().out
    assert main([*given, "--engine", "toy", "--strict"]) == 0
    assert capsys.readouterr().out == f"the toy runs\n{expected}"


def test_the_code_of_every_declaration_exists() -> None:
    """Of targets, engines and commands, whose code is imported when it is used."""
    engines = [engine for target in TARGETS.values() for engine in target.engines]
    assert all(isinstance(target.load(), Backend) for target in TARGETS.values())
    assert all(callable(engine.load()) for engine in (*NETWORK_ENGINES, *engines))
    (commands,) = (a for a in command_line()._actions if isinstance(a.choices, dict))
    for command in commands.choices.values():
        assert callable(resolve_name(f"qnn.tools.{command.get_default('runner')}"))


def test_the_command_line_imports_no_backend() -> None:
    """So that `--help` and errors in the command line are fast."""
    heavy = {"numpy", "xdsl", "qnn.backends.hls", "qnn.backends.opencl", "qnn.backends.native"}
    code = (
        "import sys; from qnn.tools.command_line import command_line; command_line()\n"
        f"sys.exit(', '.join({heavy} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_commands_name_no_target() -> None:
    """They read the declarations, so that a third target edits none of them."""
    quoted = re.compile(rf"""["'](?:{"|".join(set(TARGETS) - {"toy"})})["']""")
    sources = [*(ROOT / "tools").rglob("*.py"), *(ROOT / "tools" / "report").glob("*.js")]
    assert [path for path in sources if quoted.search(path.read_text())] == []
