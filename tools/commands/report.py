"""The command line of `qnn report`."""

from dataclasses import dataclass

from .shared import Commands, add_command


@dataclass(frozen=True)
class ReportOptions:
    """The options of `qnn report`: paths of the build, the exploration and the page."""

    build: str
    explored: str | None
    output: str | None


def add_report(commands: Commands) -> None:
    command = add_command(
        commands,
        "report",
        ReportOptions,
        "report:report_command",
        "show a build as one page for a browser",
        "qnn report build/ --explored fronts/",
    )
    command.add_argument("build", help="the folder that qnn compile -o wrote")
    command.add_argument(
        "--explored",
        metavar="FOLDER",
        help="add the exploration of the network that qnn explore -o FOLDER wrote",
    )
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the HTML file to write; by default report.html in the folder of the build",
    )
