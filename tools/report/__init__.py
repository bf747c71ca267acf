"""`qnn report`: a build as one HTML page, which needs no other file and no network."""

from pathlib import Path

from ..commands.report import ReportOptions
from ..designs import timed
from ..files import write_whole
from ..folders import finish_exchange
from .build import Build
from .facts import facts_of
from .page import html_page


def report_command(options: ReportOptions) -> None:
    """Writes the page of a build, by default into its folder; prints the path."""
    folder = Path(options.build)
    finish_exchange(folder)
    build = Build.read(folder, options.explored)
    path = options.output or str(folder / "report.html")
    with timed("simulate"):
        facts = facts_of(build)
    text = html_page("build", facts["top"], facts)
    write_whole(path, lambda file: file.write(text.encode()))
    print(path)
