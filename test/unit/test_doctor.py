"""What is installed is found, what is not is told with the way to get it; shells complete."""

import json
import re
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from qnn.backends.hls import simulator as simulation
from qnn.tools import doctor, qnn
from qnn.tools.qnn import main


def found(capsys: pytest.CaptureFixture[str]) -> dict[str, str | None]:
    assert main(["doctor", "--json"]) == 0
    return {need["what"]: need["found"] for need in json.loads(capsys.readouterr().out)["needs"]}


def test_it_finds_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    there = found(capsys)
    assert there["g++"] and there["ap_int.h"] and there["xdsl"]


def test_it_tells_how_to_get_the_rest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(simulation, "find_spec", lambda name: None)
    monkeypatch.setattr(
        doctor,
        "NEEDS",
        (
            *doctor.NEEDS,
            nothing := doctor.Need(
                "nothing", "no-such-package", doctor.package("no-such-package"), "nowhere"
            ),
        ),
    )
    missing = {what for what, state in found(capsys).items() if state is None}
    assert missing >= {"g++", "ap_int.h", "make", nothing.what}
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


def test_without_what_makes_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(qnn, "import_module", missing)
    assert main(["completion", "bash"]) == 1
    assert capsys.readouterr().err == (
        "qnn: there is no shtab: pip install 'qnn-dialect[completion]'\n"
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("complie net.onnx", "there is no command 'complie'; did you mean compile?"),
        ("--vresion", "there is no --vresion; did you mean --version?"),
        ("compile net.onnx --targt hls", "there is no --targt; did you mean --target?"),
        ("compile --devise=z7020 net.onnx", "there is no --devise; did you mean --device?"),
        ("run x.mlir --engine hsl", "argument --engine: there is no 'hsl'; did you mean hls?"),
        ("import -- --targt", "--targt: no such file or directory"),
    ],
)
def test_a_mistake_in_writing(line: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What was meant is told, before what is missing for it."""
    with suppress(SystemExit):
        main(line.split())
    assert capsys.readouterr().err == f"qnn: {told}\n"


def test_each_command_has_an_example() -> None:
    """Which its own parser takes."""
    top = qnn.parser()
    (commands,) = (action for action in top._actions if isinstance(action.choices, dict))
    for name, command in commands.choices.items():
        (example,) = re.findall(r"example: (?:source <\()?(qnn [^)]*)", command.epilog)
        given = top.parse_args(example.split()[1:])
        assert example.split()[1] == name and callable(given.command)
