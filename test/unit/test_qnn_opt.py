"""The command line of qnn-opt: the passes that run, their options, and errors."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from qnn.passes.driver.registry import PASSES, PassEntry
from qnn.tools.qnn_opt import main
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

STEPS: list[ModulePass] = []
"""The passes that ran."""


@dataclass(frozen=True)
class One(ModulePass):
    """A pass with an option of every kind."""

    name = "test-one"

    device: str = "none"
    target_fps: float | None = None
    width: int = 1
    exact: bool = False
    sizes: tuple[int, ...] = ()

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        STEPS.append(self)


@dataclass(frozen=True)
class Two(ModulePass):
    """A pass with a required option."""

    name = "test-two"

    limit: int

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        STEPS.append(self)


Run = Callable[..., list[ModulePass]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs qnn-opt and returns the passes that ran."""
    for kind in (One, Two):
        monkeypatch.setitem(PASSES, kind.name, PassEntry(lambda kind=kind: kind, "for tests"))
    file = tmp_path / "in.mlir"
    file.write_text("func.func @main(%x: tensor<1xf32>) { func.return }")

    def result(*arguments: str, status: int = 0) -> list[ModulePass]:
        STEPS.clear()
        assert main([*arguments, str(file)]) == status
        return list(STEPS)

    return result


@pytest.mark.parametrize(
    ("arguments", "steps"),
    [
        ([], []),
        (["--test-one"], [One()]),
        (["--test-one", "--test-two=limit=3", "--test-one"], [One(), Two(3), One()]),
        (["--test-two=limit=3", "-p", "test-one,test-two{limit=4}"], [Two(3), One(), Two(4)]),
        (["-p", "test-one", "-p", "test-two{limit=4}", "--test-one"], [One(), Two(4), One()]),
        (["-p=test-one"], [One()]),
        (["-ptest-one"], [One()]),
        (["--passes=test-one"], [One()]),
        (["--passes", "test-one"], [One()]),
        (["-p", "test-one{}"], [One()]),
        (["-p", ""], []),
    ],
)
def test_passes_run_in_the_order_of_their_flags(
    run: Run, arguments: list[str], steps: list[ModulePass]
) -> None:
    assert run(*arguments) == steps


@pytest.mark.parametrize("form", ["--test-one={}", "-p=test-one{{{}}}"])
@pytest.mark.parametrize(
    ("options", "step"),
    [
        ("device=zu3eg", One(device="zu3eg")),
        ("device=xc7z020-1", One(device="xc7z020-1")),
        ('device="a b"', One(device="a b")),
        ("device=dir/file.json", One(device="dir/file.json")),
        ("target-fps=1000.5", One(target_fps=1000.5)),
        ("target_fps=1000.5", One(target_fps=1000.5)),
        ("target-fps=1000", One(target_fps=1000.0)),
        ("width=-7", One(width=-7)),
        ("exact=true", One(exact=True)),
        ("exact=false", One(exact=False)),
        ("sizes=1,2,3", One(sizes=(1, 2, 3))),
        ("width=2 exact=true device=zu3eg", One(device="zu3eg", width=2, exact=True)),
    ],
)
def test_options(run: Run, form: str, options: str, step: ModulePass) -> None:
    assert run(form.format(options)) == [step]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--test-on"], "unknown pass or option --test-on; did you mean --test-one?"),
        (["-p", "test-on"], "there is no pass test-on; did you mean test-one?"),
        (["-p", "test-one,,test-one"], "can't read the pipeline 'test-one,,test-one': "),
        (["-p", "test-one{width}"], "test-one: "),
        (["--test-one=widht=1"], "test-one has no option widht; did you mean width?"),
        (["--test-one=zzz=1"], "test-one has no option zzz; available: device, "),
        (["--test-one=width=two"], "test-one: "),
        (["--test-one=width=1.5"], "test-one: "),
        (["--test-one=exact=maybe"], "test-one: "),
        (["--test-one=width=1 width=2"], "test-one: "),
        (["--test-two"], "test-two: "),
        (["--check-semantic"], "unknown pass or option --check-semantic; did you mean "),
        (
            ["--check-semantics=-1"],
            "argument --check-semantics: the seed must be a whole number",
        ),
        (["--check-semantics"], "--check-semantics needs a pass, to run"),
        (["--split-input"], "unknown pass or option --split-input; did you mean "),
        (["--print-op-gen"], "unknown pass or option --print-op-gen; did you mean --"),
        (["--verify-diag"], "unknown pass or option --verify-diag; did you mean --"),
        (["--test-two=limit=1", "--fold-bn=max-error=-1"], "fold-bn: max-error must be at least 0"),
        (["-x"], "unknown pass or option -x; available: --allow-unregistered-dialect, "),
        (["-t", "nothing"], "argument -t/--target: invalid choice: 'nothing'"),
    ],
)
def test_wrong_usage(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert run(*arguments, status=2) == []
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"qnn-opt: {message}")
    assert printed.err.count("\n") == 1


def test_an_error_names_the_wrong_value(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("--test-one=width=two", status=2)
    message = capsys.readouterr().err
    assert "width" in message and "two" in message


def test_a_target_that_does_not_fit(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """xDSL's own targets cannot print networks."""
    run("-t", "riscv-asm", status=2)
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1


def test_the_argument_after_check_semantics_is_a_file(run: Run) -> None:
    assert run("--test-one", "--check-semantics") == [One()]
    assert run("--test-one", "--check-semantics=7") == [One()]
    assert run("--check-semantics", "--test-one") == [One()]


def test_an_interrupt_ends_with_status_130(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(One, "apply", interrupt)
    run("--test-one", status=130)
    assert capsys.readouterr().out == ""
