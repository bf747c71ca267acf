"""Runs or checks the code blocks of the documents.

The language of a block decides what it contains:

| language | contents |
|---|---|
| `sh` | commands that succeed |
| `console` | commands after `$`, and their output |
| `usage` | forms of commands; the options must exist |
| `python` | code; all blocks of a page are one program |
| `mlir` | a module, or lines of a command's output |
| `toml`, `json` | data that can be parsed |

A block with a title is a file for the blocks after it. A comment before a block changes its check:
`<!-- of: COMMAND -->`: the lines of the block are among the output of the command. `<!-- fails
-->`: the last command fails. `<!-- not run: WHY -->`: the block is not checked. In output, `...`
stands for any text, and a line of it for any number of lines.
"""

import json
import os
import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from qnn.qdialect.dialects import new_context
from qnn.qdialect.text import parse_module, verify

ROOT = Path(__file__).parents[2]
MAX_COMMAND_SECONDS = 300
"""Time limit of a command, in seconds."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    language: str
    title: str
    mark: str
    argument: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


OPENING = re.compile(r'```(\w*)(?: title="([^"]+)")?$')
MARK = re.compile(r"<!-- (of|fails|not run)(?:: (.*))? -->$")


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of a page, in order."""
    name, found = str(page.relative_to(ROOT)), list[Block]()
    lines, before = enumerate(page.read_text().splitlines(), 1), ""
    for number, line in lines:
        opening = OPENING.match(line)
        if opening is None:
            assert not line.startswith("```"), f"{name}:{number}: what is {line!r}?"
            before = line or before
            continue
        inside: list[str] = []
        for _, text in lines:
            if text == "```":
                break
            inside.append(text)
        mark = MARK.match(before)
        kind, argument = (mark[1], mark[2] or "") if mark else ("", "")
        language, title = opening[1], opening[2] or ""
        found.append(Block(name, number, language, title, kind, argument, "\n".join(inside)))
        before = ""
    return found


def indented(page: Path) -> list[str]:
    """Indented code blocks: they have no fence, so they would not be run."""
    prose = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"(?:^|\n)\n {4,}(?![ *-])(.+)", prose)


class Page:
    """A folder in which the blocks of a page are run, one after another."""

    def __init__(self, folder: Path, cache: Path, commands: Path | None = None):
        self.folder = folder
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "COLUMNS": "80"}
        if commands is not None:
            self.environment["PATH"] = os.pathsep.join([str(commands), os.environ["PATH"]])
        self.names: dict[str, Any] = {"__name__": "__page__"}

    def run(self, block: Block) -> None:
        """Runs or checks a block."""
        if block.mark == "not run":
            return
        if block.title:
            (self.folder / block.title).write_text(block.text + "\n")
        if block.mark == "of":
            return check_excerpt(block.text, self.output(block.argument, block), block)
        getattr(self, f"run_{block.language or 'text'}")(block)

    def run_sh(self, block: Block) -> None:
        self.output(block.text, block, fails=block.mark == "fails")

    def run_console(self, block: Block) -> None:
        *parts, last = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
        for part in (*parts, last):
            command, _, expected = part.partition("\n")
            output = self.output(command, block, fails=part is last and block.mark == "fails")
            check_excerpt(expected, output, block)

    def run_usage(self, block: Block) -> None:
        for line in block.text.splitlines():
            command = re.match(r"qnn-opt|qnn \w+", line)
            assert command, f"{block.place}: {line!r} is no form of a command"
            known = self.output(f"{command[0]} --help", block)
            for option in re.findall(r"(?<!\w)--?[a-z][a-z-]*", line):
                assert re.search(rf"{option}\b", known), f"{block.place}: no {option}"

    def run_python(self, block: Block) -> None:
        if not block.title:
            exec(compile(block.text, block.place, "exec"), self.names)

    def run_mlir(self, block: Block) -> None:
        verify(parse_module(new_context(), block.text, block.place), block.text)

    def run_toml(self, block: Block) -> None:
        tomllib.loads(block.text)

    def run_json(self, block: Block) -> None:
        json.loads(block.text)

    def output(self, command: str, block: Block, fails: bool = False) -> str:
        """The output of a command; `pip install` is skipped, because its packages are installed."""
        commands = re.sub(r"^pip install \S.*?(&& |$)", "", command, flags=re.MULTILINE)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=MAX_COMMAND_SECONDS,
        )
        if bool(done.returncode) != fails:
            pytest.fail(f"{block.place}: {command}\n{done.stdout}", pytrace=False)
        return done.stdout


def check_excerpt(expected: str, output: str, block: Block) -> None:
    """Fails unless the lines of a block are in the output, in this order; spaces do not count."""
    rest = map(normalize_spaces, output.splitlines())
    for line in filter(None, map(normalize_spaces, expected.splitlines())):
        pattern = ".*".join(map(re.escape, line.split("...")))
        if line != "..." and not any(re.fullmatch(pattern, other) for other in rest):
            pytest.fail(f"{block.place}: no line {line!r} (any more) in\n{output}", pytrace=False)


def normalize_spaces(line: str) -> str:
    return " ".join(line.split())
