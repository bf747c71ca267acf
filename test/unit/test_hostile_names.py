"""Networks with hostile names go through all commands, and the files that these write are parsed by
the tools that read them: a name must never become code."""

import json
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import onnx
import pytest
from qnn.backends.hls.simulator import vendor_headers
from qnn.tools.qnn import main
from qnn.tools.qnn_opt import main as qnn_opt
from support.benchmarks import benchmark
from support.hls import HOSTILE
from unit.test_report import Scripts

HEADERS = Path("/usr/include/CL/cl.h")

NAMES = [
    *HOSTILE,
    '"; exec touch pwned; "',
    "[exec touch pwned]",
    "$(touch pwned)",
    "`touch pwned`",
    "$(shell touch pwned)",
    "</script><script>alert(1)</script>",
    "\u2028",
    "a\0b",
    "{{ title }}",
]


NETWORKS = 3
"""Networks among which the names are dealt out: each takes some seconds."""

NODES = (2, 5, 6, 7, 10, 0, 1, 3, 4, 8, 9)
"""The nodes of the network; first those whose names the processes of the design have."""


def network(folder: Path, names: list[str]) -> Path:
    """A network in which every node and value has one of the names, or another name with the same
    identifier."""
    model = benchmark("fuzz.kinds.onnx").by_qonnx()
    marks = " .-+/:;,"
    similar = {
        old: names[n % len(names)] + marks[n % 8] * (n // 8 + 1)
        for n, old in enumerate("abcdefghi")
    }
    for number, place in enumerate(NODES):
        node, name = model.graph.node[place], names[number % len(names)]
        node.name = f"{name}{'_ ./-'[number % 5] * (number // 5 + 1)}"
    for node in model.graph.node:
        for ends in (node.input, node.output):
            ends[:] = [similar.get(end, end) for end in ends]
    for port in (*model.graph.input, *model.graph.initializer):
        port.name = similar.get(port.name, port.name)
    path = folder / "net.onnx"
    onnx.save(model, path)
    return path


@pytest.mark.usefixtures("without_workers")
@pytest.mark.parametrize("first", range(NETWORKS))
def test_names_never_become_code(
    first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    model = str(network(tmp_path, NAMES[first::NETWORKS]))
    assert main(["import", model, "-o", "net.mlir"]) == 0
    assert main(["explore", "net.mlir", "--devices", "z7020", "--fps", "1000", "-o", "fronts"]) == 0
    json.loads((tmp_path / "fronts" / "explore.json").read_text())
    for target, device in (("hls", "z7020"), ("opencl", "arria10-gx1150")):
        options = ["--target", target, "--device", device, "-o", target]
        assert main(["compile", "net.mlir", *options]) == 0
        assert main(["report", target, "--explored", "fronts"]) == 0
        check_build(tmp_path / target)
        check_sources(tmp_path / target)
    check_scripts(tmp_path / "hls")
    check_design(tmp_path / "hls")
    check_host(tmp_path / "opencl")
    passes = ["--fold-bn", "--minimize-accumulators", "--stream-lower", "--page", "page.html"]
    assert qnn_opt([*passes, "net.mlir", "-o", "low.mlir"]) == 0
    check_page(tmp_path / "page.html", scripts=2)
    capsys.readouterr()
    assert main(["estimate", "net.mlir", "--device", "z7020", "--json", "--trace", "t.json"]) == 0
    json.loads(capsys.readouterr().out)
    json.loads((tmp_path / "t.json").read_text())
    known = {"net.onnx", "net.mlir", "low.mlir", "page.html", "fronts", "hls", "opencl", "t.json"}
    assert {path.name for path in tmp_path.iterdir()} == known
    assert not list(tmp_path.rglob("pwned"))


def check_build(build: Path) -> None:
    """File names are safe, and JSON files and the page can be parsed."""
    for path in build.rglob("*"):
        assert re.fullmatch(r"[\w.-]{1,200}", path.name), path.name
        if path.suffix == ".json":
            json.loads(path.read_text())
    check_page(build / "report.html", scripts=3)


def check_page(path: Path, scripts: int) -> None:
    """The page has the scripts of every page and no others, and its data can be parsed."""
    page = Scripts(path.read_text())
    assert len(page.scripts) == scripts and json.loads(page.scripts[0])


def check_sources(build: Path) -> None:
    """Outside of comments, only the letters and digits of a name are left."""
    for path in build.iterdir():
        if path.suffix in (".cpp", ".hpp", ".cl", ".h"):
            text = path.read_text()
            assert text.isascii(), path
            code = re.sub(r"//[^\n]*", "", text)
            assert "pwned" not in re.sub(r"\w*_\w*", "", code) and "evil;" not in code, path


def check_syntax(*command: str, folder: Path) -> None:
    done = subprocess.run(
        ["g++", "-std=c++14", "-fsyntax-only", "-w", *command],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def check_design(build: Path) -> None:
    """The design is valid C++."""
    if find_spec("hls4ml"):
        folders = "-Iinclude", "-Isimulation", f"-isystem{vendor_headers()}"
        check_syntax(*folders, "top.cpp", folder=build)


def check_host(build: Path) -> None:
    """The host and its description of the design are valid C++."""
    check_syntax(*["host.cpp"] if HEADERS.exists() else ["-xc++", "design.hpp"], folder=build)
    subprocess.run(["make", "-n", "report", "host"], cwd=build, check=True, capture_output=True)


def check_scripts(build: Path) -> None:
    """Make and Tcl can parse their files."""
    subprocess.run(["make", "-n"], cwd=build, check=True, capture_output=True)
    for script in build.glob("*.tcl"):
        text = script.read_text()
        assert text.isascii() and "exec" not in text
        if shutil.which("tclsh"):
            whole = f"if {{![info complete [read [open {{{script}}}]]]}} {{exit 1}}"
            subprocess.run(["tclsh"], input=whole, text=True, check=True)
