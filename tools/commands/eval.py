"""The command line of `qnn eval`."""

from dataclasses import dataclass

from .shared import (
    Commands,
    add_command,
    add_engine,
    add_json,
    add_network,
    add_pixels,
    add_scheduler,
)


@dataclass(frozen=True)
class EvalOptions:
    """The options of `qnn eval`."""

    network: str
    images: str
    labels: str | None
    first_class: int
    scale: tuple[float, float] | None
    """A numerator and a denominator."""
    offset: float | None
    engine: str
    compare: str | None
    scheduler: str | None
    json: bool


def add_eval(commands: Commands) -> None:
    command = add_command(
        commands,
        "eval",
        EvalOptions,
        "evaluate.evaluate:eval_command",
        "measure the accuracy of a network on a test set",
        "qnn eval net.mlir --images test.npz:x --labels test.npz:y",
    )
    add_network(command)
    command.add_argument(
        "--images",
        required=True,
        metavar="FILE",
        help="the test set: .npy, .npz:key, an idx file (MNIST), a binary file of CIFAR-10, or a "
        "folder of images, with a folder per class in it",
    )
    command.add_argument(
        "--labels",
        metavar="FILE",
        help="the class of each image: .npy, .npz:key or an idx file; by default those that the "
        "test set contains",
    )
    command.add_argument(
        "--first-class",
        type=int,
        default=0,
        metavar="N",
        help="the network's number for class 0, if it has other classes before it; by default 0",
    )
    add_pixels(command)
    add_engine(command, "native")
    command.add_argument(
        "--compare",
        metavar="NETWORK",
        help="a second network: list the images that the two classify differently",
    )
    add_scheduler(command)
    add_json(command)
