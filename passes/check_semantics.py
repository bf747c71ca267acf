"""`--check-semantics`: runs a module before and after each pass, and tells where they part.

Every quantized activation that belongs to a layer of the model is compared, and every result, bit
for bit, on random inputs and on extreme ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.interpreter import Interpreter, PythonValues
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import InterpretationError, PassFailedException

from ..qdialect.data import Array
from ..qdialect.interpreter import entry_of, input_types, run
from ..qdialect.types import (
    BipolarType,
    QnnTensor,
    QuantType,
    check_element,
    dtype_of,
    value_range,
)
from ..qdialect.values import plain
from .pipeline import Hook

IMAGES = 4
"""Random images a run, beside the extreme ones."""


@dataclass
class Trace(Interpreter.Listener):
    """Remembers the last integers that each layer of the model gave."""

    layers: dict[str, Array] = field(default_factory=dict[str, Array])

    def did_interpret_op(self, op: Operation, results: PythonValues) -> None:
        name = op.attributes.get("activation")
        if name is None and op.name in ACTIVATIONS:
            name = op.properties.get("layer")
        if isinstance(name, StringAttr):
            self.layers[name.data] = plain(results[0])


ACTIVATIONS = ("qnn.quantize", "qnn.threshold", "qnn.lookup", "stream.threshold")
"""Ops whose results are the quantized activations of their layer, unless a later one says so."""


@dataclass(frozen=True)
class Observation:
    """What a module computes on some inputs."""

    layers: dict[str, Array]
    results: list[Array]


class CheckSemantics(Hook):
    """Raises after the first pass that changes what the module computes."""

    def __init__(self, seed: int = 0, inputs: Sequence[Array] | None = None):
        self.seed = seed
        self.given = inputs
        self.inputs: list[Array] = []
        self.before_pass: Observation | None = None

    def start(self, module: ModuleOp) -> None:
        try:
            types = input_types(entry_of(module))
        except InterpretationError as error:
            raise PassFailedException(f"check-semantics has nothing to run: {error}") from None
        rng = np.random.default_rng(self.seed)
        self.inputs = list(self.given or (sample(type, rng) for type in types))
        self.before_pass = observe(module, self.inputs)

    def after(self, step: ModulePass, module: ModuleOp) -> None:
        try:
            now = observe(module, self.inputs)
        except InterpretationError as error:
            raise PassFailedException(f"after {step.name} the module fails: {error}") from None
        assert self.before_pass is not None
        difference = first_difference(self.before_pass, now)
        if difference is not None:
            raise PassFailedException(f"{step.name} changed what the module computes: {difference}")
        self.before_pass = now


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
    wrong = np.flatnonzero(before != after)
    if len(wrong) == 0:
        return None
    first = wrong[0]
    return (
        f"in {len(wrong)} of {old.size} elements; "
        f"element {first} was {before[first]} and is {after[first]}"
    )


def sample(type: QnnTensor, rng: np.random.Generator) -> Array:
    """Inputs for a tensor: random images, then the extremes; one image if the type fixes more."""
    shape, element = type.get_shape(), check_element(type.element_type)
    count = IMAGES if shape[:1] == (1,) else 1
    dtype = dtype_of(element)
    if not isinstance(element, QuantType):
        images = rng.normal(0, 2, (count, *shape)).astype(dtype)
        ends = [np.full(shape, end, dtype) for end in (0, 1, -1, 1e4, -1e4)]
    else:
        low, high = value_range(element)
        images = rng.integers(low, high, (count, *shape), dtype, endpoint=True)
        if isinstance(element, BipolarType):
            images = np.where(images == 0, dtype.type(1), images)
        ends = [np.full(shape, end, dtype) for end in (low, high)]
    if count == 1:
        return images[0]
    return np.concatenate([*images, *ends], axis=0)
