"""`qnn doctor`, `qnn completion`, and the errors and examples of the command line."""

import json
import re
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from qnn.backends.hls import simulator as simulation
from qnn.backends.needs import Need, package_version
from qnn.tools import completion, doctor
from qnn.tools.command_line import command_line
from qnn.tools.commands.shared import options_of
from qnn.tools.qnn import main


def found(capsys: pytest.CaptureFixture[str]) -> dict[str, str | None]:
    assert main(["doctor", "--json"]) == 0
    return {need["what"]: need["found"] for need in json.loads(capsys.readouterr().out)["needs"]}


def test_installed_packages_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    needs = found(capsys)
    assert needs["g++"] and needs["ap_int.h"] and needs["xdsl"]


def test_missing_packages_are_shown_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(simulation, "find_spec", lambda name: None)
    monkeypatch.setattr(
        doctor,
        "EXTRA_NEEDS",
        (
            *doctor.EXTRA_NEEDS,
            nothing := Need("nothing", "no-such-package", package_version("no-such-package"), "-"),
        ),
    )
    missing = {name for name, state in found(capsys).items() if state is None}
    assert missing >= {"g++", "ap_int.h", "make", nothing.name}
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("ap_int.h" in x and "no   pip install 'qnn-dialect[hls]'" in x for x in lines)


@pytest.mark.parametrize(
    ("typed", "meant"), [("qnn comp", "compile"), ("qnn run --eng", "--engine")]
)
def test_a_shell_completes(
    typed: str, meant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "complete.sh"
    script.write_text(capsys.readouterr().out)
    place = len(typed.split()) - 1
    ask = f"source {script}; COMP_WORDS=({typed}); COMP_CWORD={place}; _shtab_qnn"
    ask += '; echo "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)
    assert meant in done.stdout.split()


def test_completion_without_shtab(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(completion, "import_module", missing)
    assert main(["completion", "bash"]) == 1
    assert capsys.readouterr().err == (
        "qnn: qnn completion needs the package shtab: pip install 'qnn-dialect[completion]'\n"
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("complie net.onnx", "unknown command 'complie'; did you mean compile?"),
        ("--vresion", "unknown option --vresion; did you mean --version?"),
        ("compile net.onnx --targt hls", "unknown option --targt; did you mean --target?"),
        ("compile --devise=z7020 net.onnx", "unknown option --devise; did you mean --device?"),
        ("run x.mlir --engine hsl", "argument --engine: unknown value 'hsl'; did you mean hls?"),
        ("import -- --targt", "--targt: no such file or directory"),
    ],
)
def test_misspelt_words(line: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The suggestion comes before an error about a missing option."""
    with suppress(SystemExit):
        main(line.split())
    assert capsys.readouterr().err == f"qnn: {message}\n"


def test_each_command_has_an_example() -> None:
    """Its parser accepts the example."""
    top = command_line()
    (commands,) = (action for action in top._actions if isinstance(action.choices, dict))
    for name, command in commands.choices.items():
        (example,) = re.findall(r"example: (?:source <\()?(qnn [^)]*)", command.epilog)
        options = options_of(top.parse_args(example.split()[1:]))
        assert example.split()[1] == name
        assert type(options).__name__ == f"{name.title()}Options"
