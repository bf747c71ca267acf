"""`qnn synth`: the cells of a build by process, in text, as JSON, in `build.json`, on the page."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from qnn.tools.qnn import main
from qnn.tools.report.build import Build
from qnn.tools.report.facts import facts_of
from support.design import chain
from xdsl.dialects.builtin import ModuleOp

pytest.importorskip("pyosys")


@pytest.fixture(scope="module", autouse=True)
def one_cache(tmp_path_factory: pytest.TempPathFactory) -> Sequence[None]:
    """Programs and cells of this file alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def build_of(module: ModuleOp, folder: Path, *options: str) -> Path:
    path = folder / "network.mlir"
    path.write_text(str(module))
    arguments = ["compile", "-q", str(path), "--device", "z7020", "-o", str(folder / "build")]
    assert main([*arguments, *(options or ("--target", "rtl"))]) == 0
    return folder / "build"


def figures_of(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict:
    capsys.readouterr()
    assert main(["synth", "-q", str(folder), "--json", *options]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_processes_add_up_in_json_and_on_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = build_of(chain(["first", "second"]), tmp_path)
    found = figures_of(folder, capsys, "--target", "ecp5", "--whole")
    assert found["target"] == "ecp5" and found["seconds"] >= 0
    for kind in ("lut", "ff", "carry", "blocks", "dsp"):
        assert found[kind] == sum(layer[kind] for layer in found["layers"])
    assert 0 < found["whole"]["lut"] <= found["lut"]
    build = Build.read(folder)
    kinds = [process.kind for process in build.designs.design.processes]
    assert [layer["kind"] for layer in found["layers"]] == kinds
    facts = facts_of(build)
    assert "lut (ecp5)" in facts["kinds"]
    shown = [process["resources"]["lut (ecp5)"] for process in facts["processes"]]
    assert shown == [layer["lut"] for layer in found["layers"]]


@pytest.mark.slow
def test_estimates_of_the_same_family_stand_beside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = build_of(chain(["first"]), tmp_path)
    tables: dict[str, str] = {}
    for family in ("ecp5", "xc7"):
        capsys.readouterr()
        assert main(["synth", "-q", str(folder), "--target", family]) == 0
        tables[family] = capsys.readouterr().out
    assert "estimated" not in tables["ecp5"] and "estimated lut" in tables["xc7"]
    recorded = json.loads((folder / "build.json").read_text())["synthesis"]
    assert list(recorded) == ["ecp5", "xc7"]


def test_a_build_of_another_target_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = build_of(chain(["first"]), tmp_path, "--target", "hls")
    assert main(["synth", str(folder)]) == 1
    assert "is a build for --target hls; qnn synth needs one of" in capsys.readouterr().err
    assert main(["synth", str(tmp_path)]) == 1
    assert "is not a build; qnn compile -o FOLDER writes one" in capsys.readouterr().err
