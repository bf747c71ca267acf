"""`--check-semantics`: runs a module before and after each pass, and tells where they part.

Every quantized activation that belongs to a layer of the model is compared, and every result, bit
for bit, on random inputs and on extreme ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO

import numpy as np
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.interpreter import Interpreter, PythonValues
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import InterpretationError, PassFailedException

from ...qdialect.data import Array
from ...qdialect.interpreter import entry_input_types, entry_of, have_image_axis, run
from ...qdialect.types import (
    BipolarType,
    QnnTensor,
    QuantType,
    check_element,
    dtype_of,
    value_range,
)
from ...qdialect.values import as_array
from .pipeline import Hook

IMAGES = 4
"""Random images a run, beside the extreme ones."""

BATCH = 64
"""Images that are run at a time."""

EXTREMES = (0, 1, -1, 1e4, -1e4)
"""What every element of an extreme image holds, where an input is float."""


@dataclass
class Trace(Interpreter.Listener):
    """Remembers the last integers that each layer of the model gave."""

    layers: dict[str, Array] = field(default_factory=dict[str, Array])

    def did_interpret_op(self, op: Operation, results: PythonValues) -> None:
        name = op.attributes.get("activation")
        if name is None and op.name in ACTIVATIONS:
            name = op.properties.get("layer")
        if isinstance(name, StringAttr) and as_array(results[0]).dtype.kind != "f":
            self.layers[name.data] = as_array(results[0])


ACTIVATIONS = ("qnn.quantize", "qnn.threshold", "qnn.lookup", "stream.threshold", "stream.scale")
"""Ops whose results are the quantized activations of their layer, unless a later one says so."""


@dataclass(frozen=True)
class Observation:
    """What a module computes on some inputs."""

    layers: dict[str, Array]
    results: list[Array]


class CheckSemantics(Hook):
    """Raises after the first pass that changes what the module computes.

    It runs on inputs that are given, or else on random and extreme ones; on success it says so.
    """

    def __init__(
        self,
        seed: int = 0,
        inputs: Sequence[Array] | None = None,
        stream: IO[str] | None = None,
    ):
        self.seed = seed
        self.given = inputs
        self.stream = stream
        self.batches: list[list[Array]] = []
        self.original: ModuleOp | None = None

    def start(self, module: ModuleOp) -> None:
        try:
            types = entry_input_types(entry_of(module))
        except InterpretationError as error:
            raise PassFailedException(f"check-semantics has nothing to run: {error}") from None
        inputs = self.given or samples(types, np.random.default_rng(self.seed))
        if any(len(x) == 0 for x in inputs if x.ndim):
            raise PassFailedException("check-semantics has nothing to run: an input is empty")
        self.batches = [list(inputs)]
        if have_image_axis(types):
            starts = range(0, len(inputs[0]), BATCH)
            self.batches = [[x[start : start + BATCH] for x in inputs] for start in starts]

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        self.original = module.clone()

    def after(self, step: ModulePass, module: ModuleOp) -> None:
        assert self.original is not None
        compared: set[str] = set()
        for batch in self.batches:
            old = self._observe(self.original, batch, "before the pass")
            new = self._observe(module, batch, f"after {step.name}")
            difference = first_difference(old, new)
            if difference is not None:
                raise PassFailedException(
                    f"{step.name} changed what the module computes: {difference}"
                )
            compared.update(old.layers.keys() & new.layers.keys())
        if self.stream is not None:
            images = sum(len(batch[0]) if batch else 1 for batch in self.batches)
            print(
                f"check-semantics: {step.name} keeps all results and {len(compared)} activations, "
                f"on {images} inputs",
                file=self.stream,
            )

    def _observe(self, module: ModuleOp, inputs: Sequence[Array], when: str) -> Observation:
        try:
            return observe(module, inputs)
        except InterpretationError as error:
            raise PassFailedException(f"{when} the module fails: {error}") from None


def observe(module: ModuleOp, inputs: Sequence[Array]) -> Observation:
    """Runs a module and keeps what it computed."""
    trace = Trace()
    results = run(module, inputs, [trace])
    return Observation(trace.layers, results)


def first_difference(old: Observation, new: Observation) -> str | None:
    """Where two runs part first, in the order of the network; None if nowhere."""
    for layer, values in old.layers.items():
        if layer in new.layers:
            difference = _compare(values, new.layers[layer])
            if difference is not None:
                return f'layer "{layer}" differs {difference}'
    for number, (before, after) in enumerate(zip(old.results, new.results, strict=True)):
        difference = _compare(before, after)
        if difference is not None:
            return f"result {number} differs {difference}"
    return None


def _compare(old: Array, new: Array) -> str | None:
    if old.size != new.size:
        return f"in size ({old.size} and {new.size} elements)"
    before, after = old.reshape(-1), new.reshape(-1)
    wrong = np.flatnonzero(bits_of(before) != bits_of(after))
    if len(wrong) == 0:
        return None
    first = wrong[0]
    return (
        f"in {len(wrong)} of {old.size} elements; "
        f"element {first} was {before[first]} and is {after[first]}"
    )


def bits_of(values: Array) -> Array:
    """Floats as their bits: a NaN is one NaN, and 0 is not -0."""
    return values.view(f"u{values.itemsize}") if values.dtype.kind == "f" else values


def samples(types: Sequence[QnnTensor], rng: np.random.Generator) -> list[Array]:
    """Inputs of a module: as many random images for each, then as many extreme ones.

    One random image if the types fix how many there are.
    """
    count = IMAGES if have_image_axis(types) else 1
    return [sample(type, rng, count) for type in types]


def sample(type: QnnTensor, rng: np.random.Generator, count: int) -> Array:
    """Random images for a tensor, and behind several of them the extremes."""
    shape, element = type.get_shape(), check_element(type.element_type)
    dtype = dtype_of(element)
    if isinstance(element, QuantType):
        low, high = value_range(element)
        images = rng.integers(low, high, (count, *shape), dtype, endpoint=True)
        ends = [low, high, *(min(max(end, low), high) for end in (0, 1, -1))]
    else:
        images, ends = rng.normal(0, 2, (count, *shape)).astype(dtype), EXTREMES
    if count > 1:
        extremes = [np.full((1, *shape), end, dtype) for end in ends]
        images = np.concatenate([images, *extremes])
    if isinstance(element, BipolarType):
        images = np.where(images == 0, dtype.type(1), images)
    return images.reshape(-1, *shape[1:]) if count > 1 else images[0]
