"""The command line of `qnn compile`."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...backends.targets import targets_with
from ..errors import UsageError
from .shared import Commands, DesignOptions, add_command, add_design, add_network, add_target


@dataclass(frozen=True)
class CompileOptions(DesignOptions):
    """The options of `qnn compile`."""

    network: str
    target: str
    inputs: Sequence[str]
    """The arrays that the testbench runs, in the order of the network's inputs."""
    streams: bool
    output: str

    def __post_init__(self) -> None:
        super().__post_init__()
        streaming = targets_with("streams")
        if self.streams and self.target not in streaming:
            raise UsageError(f"--streams needs --target {' or '.join(streaming)}")


def add_compile(commands: Commands) -> None:
    command = add_command(
        commands,
        "compile",
        CompileOptions,
        "compile.compile:compile_command",
        "generate a hardware project for the vendor's tools",
        "qnn compile model.onnx --target hls --device zu3eg --fps 3000 -o build/",
    )
    add_network(command)
    add_target(command, "the language", required=True)
    add_design(command)
    command.add_argument(
        "--inputs",
        action="append",
        default=[],
        metavar="FILE",
        help="an input array that the testbench runs: .npy, or .npz:key; once per input of the "
        "network, in order; by default random and extreme values",
    )
    command.add_argument(
        "--streams",
        action="store_true",
        help=f"{', '.join(targets_with('streams'))}: make the ports AXI streams; by default they "
        "are memories",
    )
    command.add_argument(
        "-o", "--output", required=True, metavar="FOLDER", help="the folder of the project"
    )
