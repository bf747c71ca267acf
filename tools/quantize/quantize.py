"""`qnn quantize`: quantizes a float network, and reports what that costs in accuracy."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from ...qdialect.data import Array
from ...qdialect.interpreter import check_inputs, entry_input_types, entry_of, input_labels
from ..commands.quantize import WEIGHT_BITS, QuantizeOptions
from ..errors import UsageError, UserError
from ..evaluate.datasets import load_images, load_labels
from ..evaluate.evaluate import evaluate, ranks_of_scores
from ..evaluate.pixels import Pixels
from ..files import write_whole
from ..network_summary import (
    LayerSummary,
    describe_levels,
    is_float,
    layer_summaries,
    summary_table,
)
from ..networks import import_network
from .static_quantization import float_scores, onnxruntime_modules, quantize_model


def quantize_command(options: QuantizeOptions) -> None:
    """Writes the quantized network, and prints its layers, its accuracy and the next command."""
    check_options(options)
    onnxruntime_modules()
    network = import_network(options.model, {})
    if not is_float(network):
        raise UserError(
            f"{options.model} has quantizers already, or no layers; qnn import lists its layers"
        )
    images, labels = load_images(options.calibrate)
    labels = labels if options.labels is None else load_labels(options.labels)
    if labels is not None and len(labels) != len(images):
        raise UserError(
            f"{options.calibrate} has {len(images)} images, but there are {len(labels)} labels: "
            "one per image is required"
        )
    pixels = Pixels(options.scale, options.offset, options.calibrate)
    inputs = calibration_inputs(network, images, pixels, options)
    data = quantize_model(options.model, inputs, options.bits)
    output = options.output or quantized_name(options.model)
    write_whole(output, lambda file: file.write(data))
    quantized = import_network(output, {})
    layers = layer_summaries(quantized)
    print(summary_table(layers))
    print(describe_levels(quantized))
    print(describe_size(layer_summaries(network), layers))
    before = np.concatenate(
        [ranks_of_scores(scores) for scores in float_scores(options.model, inputs)]
    )
    after = evaluate(output, images, labels, pixels, "native", None).ranks
    print(describe_accuracy(before[:, 0], after[:, 0], labels))
    print(f"next: qnn compile {output} --target hls --device z7020 -o hls/")


def check_options(options: QuantizeOptions) -> None:
    if options.bits not in WEIGHT_BITS:
        raise UsageError(
            f"--bits {options.bits}: onnxruntime quantizes weights to 8 or 4 bits; for others, "
            "train the network with Brevitas, or as docs/training.md shows"
        )
    if not options.model.endswith(".onnx"):
        raise UserError(
            f"{options.model}: quantize needs an .onnx file; torch.onnx.export writes one"
        )


def calibration_inputs(
    network: ModuleOp, images: Array, pixels: Pixels, options: QuantizeOptions
) -> Array:
    """The images as the float input of the network."""
    entry = entry_of(network)
    types = entry_input_types(entry)
    if len(types) != 1:
        raise UserError(f"{options.model} has {len(types)} inputs: quantize needs a single one")
    if not len(images):
        raise UserError(f"{options.calibrate} has no images")
    if images.dtype.kind not in "biuf":
        raise UserError(f"{options.calibrate} holds {images.dtype}: images must be real numbers")
    inputs = pixels.prepared(images, types[0], *input_labels(entry)).astype(np.float32)
    if not np.isfinite(inputs).all():
        raise UserError(f"{options.calibrate} contains NaN or infinite values: remove these images")
    check_inputs(entry, [inputs], [options.calibrate])
    return inputs


def quantized_name(model: str) -> str:
    """The default name of the result, in the current folder."""
    return f"{Path(model).stem}_quantized.onnx"


def describe_size(before: Sequence[LayerSummary], after: Sequence[LayerSummary]) -> str:
    """The bytes of all weights and biases, before and after."""
    floats = sum(layer.parameters for layer in before) * np.dtype(np.float32).itemsize
    bits = sum(layer.parameters * layer.weight_bits for layer in after)
    return f"parameters: {floats:,} bytes as floats, {-(-bits // 8):,} bytes quantized"


def describe_accuracy(before: Array, after: Array, labels: Array | None) -> str:
    """The accuracy of the classes of both networks; without labels, how often they are equal."""
    count, equal = len(before), int((before == after).sum())
    same = f"the same top-1 class as the float network for {equal:,} of {count:,} images"
    if labels is None:
        return f"{same} ({equal / count:.2%})"
    floats, integers = ((classes == labels).mean() for classes in (before, after))
    return (
        f"top-1 accuracy on these {count:,} images: {floats:.2%} as floats, {integers:.2%} "
        f"quantized; {same}"
    )
