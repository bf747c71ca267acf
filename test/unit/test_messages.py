"""Messages of the commands: on a terminal, elsewhere, and with --quiet and --verbose."""

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
from qnn.tools.messages import printed_messages, progress_bar
from qnn.tools.qnn import main
from qnn.tools.verbosity import Verbosity
from support.design import chain
from support.program import print_module

LOG = logging.getLogger("qnn.test")
ERASED = "\r\x1b[K"


@pytest.fixture
def network(tmp_path: Path) -> str:
    path = tmp_path / "net.mlir"
    path.write_text(print_module(chain(["fc"])))
    return str(path)


def log_some_steps() -> None:
    LOG.debug("counting")
    LOG.debug("1 of 4", extra={"share": 0.25})
    LOG.info("counted")
    LOG.warning("too few")


@pytest.mark.parametrize(
    ("verbosity", "lines"),
    [
        (Verbosity.QUIET, ["too few"]),
        (Verbosity.NORMAL, ["counted", "too few"]),
        (Verbosity.VERBOSE, ["counting", "1 of 4", "counted", "too few"]),
    ],
)
def test_messages_of_each_verbosity(
    verbosity: Verbosity, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with printed_messages("qnn", verbosity):
        log_some_steps()
    log_some_steps()
    assert capsys.readouterr().err.splitlines() == [f"qnn: {line}" for line in lines]


@pytest.mark.parametrize("verbosity", [Verbosity.QUIET, Verbosity.NORMAL])
def test_the_progress_line_is_erased(
    verbosity: Verbosity, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    with printed_messages("qnn", verbosity):
        log_some_steps()
        LOG.debug("%s", "x" * 100)
    written = capsys.readouterr().err
    if verbosity == Verbosity.QUIET:
        assert written == "qnn: too few\n"
        return
    assert f"{ERASED}{progress_bar(0.25)} qnn: 1 of 4 0 s{ERASED}qnn: counted\n" in written
    assert written.endswith(ERASED)
    assert max(map(len, re.split(r"\r\x1b\[K|\n", written))) < 60


def test_the_progress_line_shows_the_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is redrawn without any new message."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(messages, "REFRESH_SECONDS", 0.01)
    drawn = []
    with printed_messages("qnn", Verbosity.NORMAL):
        LOG.debug("waiting")
        while len(drawn) < 3:
            drawn += capsys.readouterr().err.split(ERASED)[1:]
    assert set(drawn) == {"qnn: waiting 0 s"}


def test_quiet_commands_print_only_results(
    network: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = "--target", "hls", "--device", "z7020", "-o", str(tmp_path / "build")
    assert main(["compile", network, *options, "--quiet"]) == 0
    printed = capsys.readouterr()
    assert "frames/s" in printed.out and printed.err == ""
    assert main(["compile", network, "-v", *options]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert "qnn: tile" in lines and any(line.startswith("qnn: tile: ") for line in lines)


def test_a_command_on_a_terminal(tmp_path: Path) -> None:
    """The progress line counts images, and is erased at the end."""
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
    assert f"{progress_bar(1)} qnn: eval: 2,500 of 2,500 images" in written
    assert written.endswith(ERASED)
