"""The command line of `qnn quantize`."""

from dataclasses import dataclass

from .shared import Commands, add_command, add_pixels

WEIGHT_BITS = 8, 4
"""The bit widths of weights that onnxruntime can quantize to."""


@dataclass(frozen=True)
class QuantizeOptions:
    """The options of `qnn quantize`."""

    model: str
    calibrate: str
    labels: str | None
    scale: tuple[float, float] | None
    """A numerator and a denominator."""
    offset: float | None
    bits: int
    output: str | None


def add_quantize(commands: Commands) -> None:
    command = add_command(
        commands,
        "quantize",
        QuantizeOptions,
        "quantize.quantize:quantize_command",
        "quantize a float network with onnxruntime, and report its accuracy",
        "qnn quantize float.onnx --calibrate images.npy --labels labels.npy -o quantized.onnx",
    )
    command.add_argument("model", help="the float network: .onnx")
    command.add_argument(
        "--calibrate",
        required=True,
        metavar="FILE",
        help="images whose activations determine the scales, in any format that qnn eval reads: "
        ".npy, .npz:key, an idx file, a binary file of CIFAR-10, or a folder of images",
    )
    command.add_argument(
        "--labels",
        metavar="FILE",
        help="the class of each image, to report the accuracy before and after: .npy, .npz:key or "
        "an idx file; by default those that the images contain",
    )
    add_pixels(command)
    command.add_argument(
        "--bits",
        type=int,
        default=8,
        metavar="N",
        help="the bits of the weights, 8 or 4; activations have 8; by default 8",
    )
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the ONNX file to write; by default the model's name with _quantized",
    )
