"""Networks that run as native code.

network = load("net.mlir")
scores = network.predict(images)
"""

import logging
from collections.abc import Callable, Sequence
from functools import cached_property
from math import prod
from pathlib import Path

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from ...passes.driver.pipeline import Pipeline
from ...passes.fold_bn.fold_bn import FoldBnPass
from ...passes.minimize_accumulators import MinimizeAccumulatorsPass
from ...qdialect.data import Array
from ...qdialect.dialects import new_context
from ...qdialect.interpreter import check_inputs, concatenate_images, images_stay_apart
from ...qdialect.qnn.linear import LinearOpBase
from ...qdialect.text import parse_module, verify
from ...qdialect.types import element_of, is_quant, shape_of
from ...qdialect.values import Value, as_array
from .library import Library, NativeError, Options
from .stages import Stage, split_into_stages

LOG = logging.getLogger(__name__)

MAX_BATCH_BYTES = 1 << 28
"""Memory for the values between stages; limits the number of images in a batch."""


StageFunction = Callable[[Sequence[Value]], Sequence[Value]]


class NativeNetwork:
    """A network at level 2, ready to run."""

    def __init__(self, module: ModuleOp, options: Options | None = None):
        self.options = options or Options.default()
        self.function = split_into_stages(module)
        self.independent_images = images_stay_apart(module)
        self.native = True
        """Whether native code computes the integer stages; False without a C++ compiler."""
        self.arena_bytes = 0
        """Memory for the activations of one image."""
        self.stage_functions = [
            (stage, self.stage_function(stage)) for stage in self.function.stages
        ]

    def predict(self, *inputs: Array) -> Array:
        """The result of a network that has a single one."""
        results = self.run(inputs)
        if len(results) != 1:
            raise ValueError(
                f"the network has {len(results)} results; call `run`, which returns all of them"
            )
        return results[0]

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """The results, as the interpreter computes them; inputs hold any number of images."""
        args, images = check_inputs(self.function.entry, inputs)
        step = self.batch_size if self.independent_images else 1
        if images <= step:
            return self.run_batch(args)
        parts = [
            self.run_batch([array[first : first + step] for array in args])
            for first in range(0, images, step)
        ]
        return [concatenate_images(part) for part in zip(*parts, strict=True)]

    @cached_property
    def batch_size(self) -> int:
        """The number of images to compute together."""
        between = {
            value for stage in self.function.stages for value in (*stage.inputs, *stage.outputs)
        }
        return max(1, MAX_BATCH_BYTES // (8 * sum(prod(shape_of(value)) for value in between) + 1))

    def run_batch(self, args: Sequence[Array]) -> list[Array]:
        """The results of one batch of images."""
        values: dict[SSAValue, Value] = dict(zip(self.function.entry.args, args, strict=True))
        values.update(self.function.known)
        for stage, compute in self.stage_functions:
            results = compute([values[value] for value in stage.inputs])
            values.update(zip(stage.outputs, results, strict=True))
        return [as_array(values[value]) for value in self.function.results]

    def stage_function(self, stage: Stage) -> StageFunction:
        """The function that computes a stage."""
        if stage.native and self.native:
            try:
                library = Library(stage, self.function.known, self.options)
            except NativeError as error:
                LOG.warning("%s; the interpreter runs the network instead", error)
                self.native = False
            else:
                self.arena_bytes += library.arena_bytes
                return lambda inputs: library([as_array(value) for value in inputs])
        return lambda inputs: self.interpret(stage, inputs)

    def interpret(self, stage: Stage, inputs: Sequence[Value]) -> list[Value]:
        """Computes a stage with numpy, op by op."""
        values: dict[SSAValue, Value] = {**self.function.known}
        values.update(zip(stage.inputs, inputs, strict=True))
        with np.errstate(all="ignore"):
            for op in stage.ops:
                results = op.evaluate(*(values[value] for value in op.operands))
                values.update(zip(op.results, results, strict=True))
        return [values[value] for value in stage.outputs]


def load(network: str | Path | ModuleOp, options: Options | None = None) -> NativeNetwork:
    """Loads a network from an MLIR file or a module. A network with float layers is first lowered
    to integers, by fold-bn and minimize-accumulators."""
    if isinstance(network, ModuleOp):
        module = network.clone()
    else:
        text = Path(network).read_text(encoding="utf-8")
        module = parse_module(new_context(), text, str(network))
        verify(module, text)
    if any(
        isinstance(op, LinearOpBase) and not is_quant(element_of(op.output)) for op in module.walk()
    ):
        Pipeline(FoldBnPass(), MinimizeAccumulatorsPass()).apply(module)
    return NativeNetwork(module, options)
