"""A network with hostile names goes through all commands: whatever they write, names are only names
in it. What is written is parsed by what will read it."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import onnx
import pytest
from qnn.tools.qnn import main
from support.benchmarks import benchmark
from support.hls import HOSTILE
from unit.test_report import Scripts

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


def network(folder: Path, name: str) -> Path:
    """Every node and every value has the name, or one that cleaning makes alike."""
    model = benchmark("fuzz.kinds.onnx").by_qonnx()
    marks = " .-+/:;,"
    alike = {old: name + marks[n % 8] * (n // 8 + 1) for n, old in enumerate("abcdefghi")}
    for number, node in enumerate(model.graph.node):
        node.name = f"{name}{'_ ./-'[number % 5] * (number // 5 + 1)}"
        for ends in (node.input, node.output):
            ends[:] = [alike.get(end, end) for end in ends]
    for port in (*model.graph.input, *model.graph.initializer):
        port.name = alike.get(port.name, port.name)
    path = folder / "net.onnx"
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("name", NAMES)
def test_names_are_only_names(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    model = str(network(tmp_path, name))
    assert main(["import", model, "-o", "net.mlir"]) == 0
    for target, device in (("hls", "z7020"), ("opencl", "arria10-gx1150")):
        options = ["--target", target, "--device", device, "-o", target]
        assert main(["compile", "net.mlir", *options]) == 0
        assert main(["report", target]) == 0
        check_build(tmp_path / target)
    check_scripts(tmp_path / "hls")
    capsys.readouterr()
    assert main(["estimate", "net.mlir", "--device", "z7020", "--json", "--trace", "t.json"]) == 0
    json.loads(capsys.readouterr().out)
    json.loads((tmp_path / "t.json").read_text())
    known = {"net.onnx", "net.mlir", "hls", "opencl", "t.json"}
    assert {path.name for path in tmp_path.iterdir()} == known
    assert not list(tmp_path.rglob("pwned"))


def check_build(build: Path) -> None:
    """Files are called as files are, JSON and the page can be read, and comments stay comments."""
    for path in build.rglob("*"):
        assert re.fullmatch(r"[\w.-]{1,200}", path.name), path.name
        if path.suffix == ".json":
            json.loads(path.read_text())
    page = Scripts((build / "report.html").read_text())
    assert len(page.scripts) == 3 and json.loads(page.scripts[0])


def check_scripts(build: Path) -> None:
    """The design compiles as far as its syntax, make and Tcl take what is for them."""
    source = (build / "top.cpp").read_text()
    assert source.isascii() and "pwned;" not in re.sub(r"//[^\n]*", "", source)
    subprocess.run(["make", "-n"], cwd=build, check=True, capture_output=True)
    for script in build.glob("*.tcl"):
        text = script.read_text()
        assert text.isascii() and "exec" not in text
        if shutil.which("tclsh"):
            whole = f"if {{![info complete [read [open {{{script}}}]]]}} {{exit 1}}"
            subprocess.run(["tclsh"], input=whole, text=True, check=True)
