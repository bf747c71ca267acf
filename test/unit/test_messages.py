"""How much commands say: on a terminal, elsewhere, and with --quiet and --verbose."""

import logging
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from qnn.tools import messages
from qnn.tools.messages import QUIET, USUAL, VERBOSE, bar, telling
from qnn.tools.qnn import main
from support.design import chain
from support.program import print_module

LOG = logging.getLogger("qnn.test")
ERASED = "\r\x1b[K"


@pytest.fixture
def network(tmp_path: Path) -> str:
    path = tmp_path / "net.mlir"
    path.write_text(print_module(chain(["fc"])))
    return str(path)


def say() -> None:
    LOG.debug("counting")
    LOG.debug("1 of 4", extra={"share": 0.25})
    LOG.info("counted")
    LOG.warning("too few")


@pytest.mark.parametrize(
    ("level", "lines"),
    [
        (QUIET, ["too few"]),
        (USUAL, ["counted", "too few"]),
        (VERBOSE, ["counting", "1 of 4", "counted", "too few"]),
    ],
)
def test_a_level_says_so_much(
    level: int, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with telling("qnn", level):
        say()
    say()
    assert capsys.readouterr().err.splitlines() == [f"qnn: {line}" for line in lines]


@pytest.mark.parametrize("level", [QUIET, USUAL])
def test_a_terminal_sees_a_bar_that_goes(
    level: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    with telling("qnn", level):
        say()
        LOG.debug("%s", "x" * 100)
    written = capsys.readouterr().err
    if level == QUIET:
        assert written == "qnn: too few\n"
        return
    assert f"{ERASED}{bar(0.25)} qnn: 1 of 4 0 s{ERASED}qnn: counted\n" in written
    assert written.endswith(ERASED)
    assert max(map(len, re.split(r"\r\x1b\[K|\n", written))) < 60


def test_what_takes_long_says_how_long(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though nothing else is said meanwhile."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(messages, "TICK", 0.01)
    drawn = []
    with telling("qnn", USUAL):
        LOG.debug("waiting")
        while len(drawn) < 3:
            drawn += capsys.readouterr().err.split(ERASED)[1:]
    assert set(drawn) == {"qnn: waiting 0 s"}


def test_quiet_commands_give_results_only(
    network: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = "--target", "hls", "--device", "z7020", "-o", str(tmp_path / "build")
    assert main(["compile", network, *options, "--quiet"]) == 0
    said = capsys.readouterr()
    assert "frames/s" in said.out and said.err == ""
    assert main(["compile", network, "-v", *options]) == 0
    told = capsys.readouterr().err.splitlines()
    assert "qnn: tile" in told and any(line.startswith("qnn: tile: ") for line in told)


def test_a_command_on_a_terminal(tmp_path: Path) -> None:
    """Images are counted, and nothing of it stays."""
    network = str(Path(__file__).parents[2] / "examples" / "conv_bn.mlir")
    np.save(tmp_path / "x.npy", np.zeros((2_500, 6, 6, 2), np.uint8))
    leader, follower = pty.openpty()
    images = ["--images", str(tmp_path / "x.npy"), "--engine", "reference", "--compare", network]
    with os.fdopen(leader, "rb", buffering=0) as terminal:
        ran = subprocess.run(
            [sys.executable, "-m", "qnn.tools.qnn", "eval", network, *images],
            stdout=subprocess.PIPE,
            stderr=follower,
        )
        os.close(follower)
        written = terminal.read(65536).decode()
    assert ran.returncode == 0 and b"2,500 images" in ran.stdout
    assert f"{bar(1)} qnn: eval: 2,500 of 2,500 images" in written
    assert written.endswith(ERASED)
