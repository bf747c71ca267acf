"""The page of a build: its content, the places of processes, and names that look like markup."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qnn.qdialect.stream import DesignOp
from qnn.tools.qnn import main
from qnn.tools.report.build import Build
from qnn.tools.report.facts import facts_of
from qnn.tools.report.layout import places
from qnn.tools.report.page import html_page
from support.design import chain
from support.hls import HOSTILE, design_of, layer, module_of
from xdsl.printer import Printer

TARGETS = {"hls": "z7020", "opencl": "arria10-gx1150"}


def built(folder: Path, design: DesignOp, target: str = "hls", stem: str = "net") -> Path:
    """Compiles a design; returns the folder of the build."""
    network, build = folder / f"{stem}.mlir", folder / "build"
    with network.open("w") as file:
        Printer(file).print_op(module_of(design))
    options = ["--target", target, "--device", TARGETS[target], "-o", str(build)]
    assert main(["compile", str(network), *options]) == 0
    return build


class Scripts(HTMLParser):
    """The scripts of a page, and the elements on it."""

    def __init__(self, text: str):
        super().__init__()
        self.scripts: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        self.scripts += [""] if tag == "script" else []

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "script":
            self.scripts[-1] += data


@pytest.mark.parametrize("name", [*HOSTILE, "</script><b>", "<!--", "{{ title }}"])
def test_names_are_never_markup(name: str, tmp_path: Path) -> None:
    build = Build.read(built(tmp_path, design_of(layer(name=name))))
    facts = facts_of(build)
    text = html_page("build", "title", {**facts, "network": name})
    plain = Scripts(html_page("build", "title", {**facts, "network": "net"}))
    found = Scripts(text)
    assert found.tags == plain.tags and len(found.scripts) == 3
    embedded = json.loads(found.scripts[0])
    assert embedded["network"] == name
    assert {process["layer"] for process in embedded["processes"]} >= {name} - {""}
    assert "http://" not in text.replace("http://www.w3.org/", "") and " src=" not in text


@pytest.mark.parametrize("target", TARGETS)
def test_each_process_has_its_code(target: str, tmp_path: Path) -> None:
    facts = facts_of(Build.read(built(tmp_path, design_of(layer()), target)))
    for process in facts["processes"]:
        assert process["name"] in process["code"], process
        others = {other["name"] for other in facts["processes"]} - {process["name"]}
        named = "struct {} " if target == "hls" else "#define NAME {}\n"
        assert not any(named.format(other) in process["code"] for other in others)
        assert f"stream.{process['kind']}" in process["mlir"]


def test_it_has_the_figures_of_the_build(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = built(tmp_path, design_of(layer()))
    description = json.loads((folder / "build.json").read_text())
    capsys.readouterr()
    assert main(["estimate", str(folder / "design.mlir"), "--device", "z7020", "--json"]) == 0
    assert description["estimate"] == json.loads(capsys.readouterr().out)
    facts = facts_of(Build.read(folder))
    assert [p["cycles"] for p in facts["processes"]] == [
        p["cycles"] for p in description["estimate"]["layers"]
    ]
    assert all(0 < channel["most"] <= channel["depth"] for channel in facts["channels"])


def test_results_of_the_testbench(tmp_path: Path) -> None:
    """Equal to the golden vectors, different, or too few."""
    folder = built(tmp_path, design_of(layer()))
    assert Build.read(folder).results == []
    (golden,) = [path for path in (folder / "vectors").iterdir() if "out" in path.name]
    result = golden.with_name(golden.stem + ".result.bin")
    data = golden.read_bytes()
    for written, comparison in [
        (data, "equal, byte for byte"),
        (bytes([data[0] ^ 1]) + data[1:], f"1 of {len(data)} bytes differ"),
        (data[1:], f"{len(data) - 1} bytes instead of {len(data)}"),
    ]:
        result.write_bytes(written)
        assert Build.read(folder).results == [(golden.stem, comparison)]


def test_parts_are_shown_as_one_design(tmp_path: Path) -> None:
    """With the processes of all parts, one per link, and the results of all testbenches."""
    network, build = tmp_path / "net.mlir", tmp_path / "build"
    with network.open("w") as file:
        Printer(file).print_op(chain(["fc0", "fc1"]))
    options = ["--target", "hls", "--devices", "z7020,zu3eg", "--link", "64@156.25+500"]
    assert main(["compile", str(network), *options, "-o", str(build)]) == 0
    facts = facts_of(Build.read(build))
    assert [device["name"] for device in facts["devices"]] == ["z7020", "zu3eg"]
    parts = [Build.read(build / device["design"]) for device in facts["devices"]]
    of_parts = [facts_of(part)["processes"] for part in parts]
    links = [process for process in facts["processes"] if process["kind"] == "link"]
    assert [link["layer"] for link in links] == [
        p["layer"] for p in of_parts[0] if p["kind"] == "link"
    ]
    assert len(facts["processes"]) == sum(map(len, of_parts)) - len(links) > len(links) > 0
    for process in facts["processes"]:
        assert process["name"] in process["code"]
        assert process["name"] in parts[process["device"]].parts[0].names
    assert {process["device"] for process in facts["processes"]} == {0, 1}
    assert facts["links"][0]["to"] == facts["devices"][1]["design"]
    (golden,) = (build / parts[1].parts[0].folder.name / "vectors").glob("out*.bin")
    golden.with_name(f"{golden.stem}.result.bin").write_bytes(golden.read_bytes())
    assert Build.read(build).results == [(f"main_1, {golden.stem}", "equal, byte for byte")]


@pytest.mark.usefixtures("without_plots", "without_workers")
def test_an_exploration_is_shown(tmp_path: Path) -> None:
    folder, explored = built(tmp_path, design_of(layer())), tmp_path / "explored"
    options = ["--devices", "z7020,zu3eg", "-o", str(explored)]
    assert main(["explore", str(folder / "design.mlir"), *options]) == 0
    fronts = facts_of(Build.read(folder, str(explored)))["explored"]
    assert [front["name"] for front in fronts] == ["z7020 at 100 MHz", "zu3eg at 200 MHz"]
    assert all(0 < p["share"] <= 1 and p["fps"] > 0 for front in fronts for p in front["points"])


def edges(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    count = draw(st.integers(1, 30))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    drawn = (
        draw(st.lists(pairs.filter(lambda pair: pair[0] < pair[1]), max_size=60))
        if count > 1
        else []
    )
    return count, drawn


@given(st.composite(edges)())
def test_places_are_unique(graph: tuple[int, list[tuple[int, int]]]) -> None:
    count, drawn = graph
    found = places(count, drawn)
    assert len(set(found)) == count
    for source, target in drawn:
        (left, high), (right, low) = found[source], found[target]
        assert low > high or right > left


def test_a_chain_is_a_line_and_a_branch_has_a_lane() -> None:
    assert places(4, [(0, 1), (1, 2), (2, 3)]) == [(0, 0), (0, 1), (0, 2), (0, 3)]
    skip = [(0, 1), (0, 2), (1, 3), (2, 3)]
    assert places(4, skip) == [(0, 0), (0, 1), (1, 1), (0, 2)]


def change_description(build: Path, key: str, value: object) -> None:
    description = json.loads((build / "build.json").read_text())
    (build / "build.json").write_text(json.dumps({**description, key: value}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda build: (build / "build.json").unlink(), "is not a build; qnn compile -o"),
        (lambda build: (build / "build.json").write_text("{"), "build.json is not valid JSON: "),
        (
            lambda build: (build / "build.json").write_text("[]"),
            "this version of qnn wrote: it is []",
        ),
        (lambda build: (build / "build.json").write_text("{}"), "wrote: it has no 'made_by'"),
        (lambda build: change_description(build, "estimate", {}), "wrote: 'estimate' has no 'fps'"),
        (
            lambda build: change_description(build, "processes", ["a", 1]),
            "a value in 'processes' is 1",
        ),
        (lambda build: change_description(build, "processes", ["a"]), "belong to different builds"),
        (
            lambda build: change_description(build, "target", "ls"),
            "unknown target 'ls'; did you mean hls",
        ),
        (lambda build: (build / "design.mlir").unlink(), "design.mlir: no such file"),
        (lambda build: (build / "top.cpp").unlink(), "top.cpp: no such file"),
    ],
)
def test_errors(
    change: object, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build = built(tmp_path, design_of(layer()))
    assert callable(change)
    change(build)
    capsys.readouterr()
    assert main(["report", str(build)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("qnn: ") and message in line
    assert not (build / "report.html").exists()
