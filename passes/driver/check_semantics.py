"""`--check-semantics`: runs a module before and after each pass, and reports the first difference.

It compares every result and every quantized activation of a named layer, bit for bit, on random and
on extreme inputs.

Results are compared element by element. Activations have no fixed place: a pass may move a
quantizer past a transpose or a pooling, or absorb a transpose in weights, and the name of the layer
goes with the quantizer. So an activation is compared in every order of its axes, and one whose
order or extent remains unknown is left to the results that depend on it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import IO

import numpy as np
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.interpreter import Interpreter, PythonValues
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import InterpretationError, PassFailedException

from ...qdialect.data import Array
from ...qdialect.interpreter import (
    entry_input_types,
    entry_of,
    have_image_axis,
    images_stay_apart,
    run,
)
from ...qdialect.types import (
    BipolarType,
    QnnTensor,
    QuantType,
    check_element,
    dtype_of,
    value_range,
)
from ...qdialect.values import as_array
from .pipeline import PipelineHook

RANDOM_IMAGES = 4
"""Random images of each input; extreme images are added to them."""

BATCH_IMAGES = 64
"""Images that one run of the interpreter computes."""

MAX_PERMUTED_AXES = 5
"""Axes of an activation, with the images, of which all orders are tried."""

EXTREME_FLOATS = (0, 1, -1, 1e4, -1e4)
"""The values of extreme images of a float input: each image is filled with one of them."""


@dataclass
class Trace(Interpreter.Listener):
    """Records the quantized activations of each layer of the model, in the order of the network.

    They are several if moves follow the quantizer that have its name as their `activation`.
    """

    layers: dict[str, list[Array]] = field(default_factory=dict[str, list[Array]])

    def did_interpret_op(self, op: Operation, results: PythonValues) -> None:
        name = op.attributes.get("activation")
        if name is None and op.name in ACTIVATION_OPS:
            name = op.properties.get("layer")
        if isinstance(name, StringAttr) and as_array(results[0]).dtype.kind != "f":
            self.layers.setdefault(name.data, []).append(as_array(results[0]))


ACTIVATION_OPS = ("qnn.quantize", "qnn.threshold", "qnn.lookup", "stream.threshold", "stream.scale")
"""Ops whose result is the quantized activation of their layer, unless a later op has an
`activation` attribute with the name of the layer."""


@dataclass(frozen=True)
class Observation:
    """The activations and results of one run."""

    layers: dict[str, list[Array]]
    results: list[Array]


class CheckSemantics(PipelineHook):
    """Raises after the first pass that changes what the module computes.

    It runs on `inputs`, or else on random and extreme ones, and reports success on `stream`.
    """

    def __init__(
        self,
        seed: int = 0,
        inputs: Sequence[Array] | None = None,
        stream: IO[str] | None = None,
    ):
        self.seed = seed
        self.inputs = inputs
        self.stream = stream
        self.batches: list[list[Array]] = []
        self.have_images = False
        self.original: ModuleOp | None = None

    def start(self, module: ModuleOp) -> None:
        try:
            types = entry_input_types(entry_of(module))
        except InterpretationError as error:
            raise PassFailedException(f"check-semantics cannot run this module: {error}") from None
        inputs = self.inputs or samples(types, np.random.default_rng(self.seed))
        if any(len(x) == 0 for x in inputs if x.ndim):
            raise PassFailedException("check-semantics needs at least one image: an input is empty")
        self.batches = [list(inputs)]
        self.have_images = have_image_axis(types)
        if self.have_images:
            starts = range(0, len(inputs[0]), BATCH_IMAGES)
            self.batches = [[x[start : start + BATCH_IMAGES] for x in inputs] for start in starts]

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        self.original = module.clone()

    def after(self, step: ModulePass, module: ModuleOp) -> None:
        assert self.original is not None
        compared: set[str] = set()
        for batch in self._batches_for(self.original, module):
            old = self._observe(self.original, batch, "before the pass")
            new = self._observe(module, batch, f"after {step.name}")
            difference = first_difference(old, new)
            if difference is not None:
                raise PassFailedException(
                    f"{step.name} changed what the module computes: {difference}"
                )
            compared.update(equal_layers(old, new))
        if self.stream is not None:
            images = sum(len(batch[0]) if batch else 1 for batch in self.batches)
            print(
                f"check-semantics: {step.name} keeps all results and {len(compared)} activations, "
                f"on {images} inputs",
                file=self.stream,
            )

    def _batches_for(self, *modules: ModuleOp) -> Iterator[list[Array]]:
        """The inputs; single images if either module mixes them, since activations are compared."""
        if not self.have_images or all(map(images_stay_apart, modules)):
            yield from self.batches
            return
        for batch in self.batches:
            for image in range(len(batch[0])):
                yield [x[image : image + 1] for x in batch]

    def _observe(self, module: ModuleOp, inputs: Sequence[Array], when: str) -> Observation:
        try:
            return observe(module, inputs)
        except InterpretationError as error:
            raise PassFailedException(f"the module fails {when}: {error}") from None


def observe(module: ModuleOp, inputs: Sequence[Array]) -> Observation:
    """Runs a module and records its activations and results."""
    trace = Trace()
    results = run(module, inputs, [trace])
    return Observation(trace.layers, results)


def first_difference(old: Observation, new: Observation) -> str | None:
    """The first difference of two runs, in the order of the network; None if they are equal."""
    equal = equal_layers(old, new)
    for layer in (name for name in old.layers if name in new.layers and name not in equal):
        before, after = old.layers[layer][-1], new.layers[layer][-1]
        if before.size == after.size and not hold_equal_values(before, after):
            return f'layer "{layer}" differs {_array_difference(before, after)}'
    for number, (before, after) in enumerate(zip(old.results, new.results, strict=True)):
        difference = _array_difference(before, after)
        if difference is not None:
            return f"result {number} differs {difference}"
    return None


def equal_layers(old: Observation, new: Observation) -> set[str]:
    """The layers with an activation that is the same tensor in both runs."""
    return {
        layer
        for layer, before in old.layers.items()
        if (after := new.layers.get(layer))
        and (
            any(is_permuted(before[-1], other) for other in reversed(after))
            or any(is_permuted(other, after[-1]) for other in before)
        )
    }


def is_permuted(a: Array, b: Array) -> bool:
    """Whether two tensors are equal, up to a reshape and the order of the axes of one of them."""
    return a.size == b.size and any(
        np.array_equal(moved.reshape(-1), other.reshape(-1))
        for whole, other in ((a, b), (b, a))
        for moved in permutations_of(whole)
    )


def permutations_of(tensor: Array) -> Iterator[Array]:
    """A tensor with its axes in each order, the images first."""
    yield tensor
    images, *sizes = tensor.shape or (1,)
    wide = tensor.reshape(images, *(size for size in sizes if size > 1))
    if wide.ndim <= MAX_PERMUTED_AXES:
        for order in permutations(range(1, wide.ndim)):
            yield wide.transpose(0, *order)


def hold_equal_values(a: Array, b: Array) -> bool:
    """Whether two tensors of one size hold the same values, in whatever order."""
    return np.array_equal(np.sort(a, axis=None), np.sort(b, axis=None))


def _array_difference(old: Array, new: Array) -> str | None:
    if old.size != new.size:
        return f"in size ({old.size} and {new.size} elements)"
    before, after = old.reshape(-1), new.reshape(-1)
    wrong = np.flatnonzero(comparable_bits(before) != comparable_bits(after))
    if len(wrong) == 0:
        return None
    first = wrong[0]
    return (
        f"in {len(wrong)} of {old.size} elements; "
        f"element {first} was {before[first]} and is {after[first]}"
    )


def comparable_bits(values: Array) -> Array:
    """Floats as their bits: a NaN equals itself, and 0 differs from -0."""
    return values.view(f"u{values.itemsize}") if values.dtype.kind == "f" else values


def samples(types: Sequence[QnnTensor], rng: np.random.Generator) -> list[Array]:
    """Inputs for a module: random images, then extreme ones, the same number for each input.

    If the types fix the number of images, all of them are random.
    """
    count = RANDOM_IMAGES if have_image_axis(types) else 1
    return [sample(type, rng, count) for type in types]


def sample(type: QnnTensor, rng: np.random.Generator, count: int) -> Array:
    """Random images for a tensor; if there are several, extreme images follow."""
    shape, element = type.get_shape(), check_element(type.element_type)
    dtype = dtype_of(element)
    if isinstance(element, QuantType):
        low, high = value_range(element)
        images = rng.integers(low, high, (count, *shape), dtype, endpoint=True)
        ends = [low, high, *(min(max(end, low), high) for end in (0, 1, -1))]
    else:
        images, ends = rng.normal(0, 2, (count, *shape)).astype(dtype), EXTREME_FLOATS
    if count > 1:
        extremes = [np.full((1, *shape), end, dtype) for end in ends]
        images = np.concatenate([images, *extremes])
    if isinstance(element, BipolarType):
        images = np.where(images == 0, dtype.type(1), images)
    return images.reshape(-1, *shape[1:]) if count > 1 else images[0]
