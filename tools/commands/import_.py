"""The command line of `qnn import`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .shared import Commands, add_command
from .values import parse_input

if TYPE_CHECKING:
    from ...frontends.inputs import InputType


@dataclass(frozen=True)
class ImportOptions:
    """The options of `qnn import`."""

    model: str
    input: "Sequence[tuple[str, InputType]]"
    """The true types of inputs that the model declares as float."""
    output: str | None


def add_import(commands: Commands) -> None:
    command = add_command(
        commands,
        "import",
        ImportOptions,
        "import_network:import_command",
        "convert a trained network to MLIR, and list its layers",
        "qnn import model.onnx --input image=ui8*0.00390625 -o net.mlir",
    )
    command.add_argument("model", help="the trained network: .onnx, or .pt2 of torch.export")
    command.add_argument(
        "--input",
        action="append",
        default=[],
        type=parse_input,
        metavar="NAME=TYPE*SCALE",
        help="the integer type and the scale of an input that the model declares as float, as in "
        "image=ui8*0.00390625; once per input; by default the declared type",
    )
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the MLIR file to write; by default only the list of layers is printed",
    )
