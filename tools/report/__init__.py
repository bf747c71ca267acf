"""`qnn report`: a build as one page that needs nothing else, not even a network."""

import argparse
from pathlib import Path

from ..designs import timed
from ..files import write_whole
from .build import Build
from .facts import facts_of
from .page import page


def report_command(arguments: argparse.Namespace) -> None:
    """Writes the page of a build, into its folder if nothing else is said."""
    folder = Path(arguments.build)
    build = Build.read(folder, arguments.explored)
    path = arguments.output or str(folder / "report.html")
    with timed("play"):
        facts = facts_of(build)
    text = page("build", facts["top"], facts)
    write_whole(path, lambda file: file.write(text.encode()))
    print(path)
