"""Loops over the elements of a tensor: what is no layer, as plain C++."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...qdialect.data import Array
from ...qdialect.qnn.base import Shape
from .constants import Constants
from .tensors import NativeTensor, contiguous_strides, type_name


@dataclass(frozen=True)
class LoopInput:
    """What a loop reads: where it starts, and how far elements are apart along each axis."""

    pointer: str
    strides: Sequence[int]
    start: int = 0
    low: int = 0
    """What is stored as 0."""

    @staticmethod
    def tensor(x: NativeTensor) -> "LoopInput":
        return LoopInput(x.pointer, x.strides, x.start, x.zero_point)

    @staticmethod
    def array(array: Array, constants: Constants) -> "LoopInput":
        return LoopInput(constants.pointer(array), contiguous_strides(array.shape))

    def broadcast(self, shape: Shape, own: Shape) -> "LoopInput":
        """Spread over a shape, as numpy does it."""
        strides = (*(0 for _ in range(len(shape) - len(own))), *self.strides)
        sizes = (*(1 for _ in range(len(shape) - len(own))), *own)
        kept = [0 if size == 1 else stride for size, stride in zip(sizes, strides, strict=True)]
        return LoopInput(self.pointer, kept, self.start, self.low)


@dataclass(frozen=True)
class Loops:
    """Nested loops, the outermost shared by threads."""

    sizes: Sequence[int]

    @staticmethod
    def over(shape: Shape) -> "Loops":
        return Loops(shape)

    def wrap(self, heads: Iterable[str], body: Sequence[str]) -> list[str]:
        """Lines in front of the loops, the loops, and lines in the innermost."""
        axes = [axis for axis, size in enumerate(self.sizes) if size > 1]
        if not axes:
            return [*heads, "if (part.number == 0) {", *(f"    {line}" for line in body), "}"]
        first, *others = axes
        lines = [
            *heads,
            f"const Range share = part.share({self.sizes[first]});",
            f"for (long i{first} = share.first; i{first} < share.last; ++i{first})",
        ]
        for depth, axis in enumerate(others, start=1):
            lines.append(
                f"{'    ' * depth}for (long i{axis} = 0; i{axis} < {self.sizes[axis]}; ++i{axis})"
            )
        lines[-1] += " {"
        inner, outer = "    " * len(axes), "    " * (len(axes) - 1)
        return [*lines, *(inner + line for line in body), outer + "}"]

    def index(self, strides: Sequence[int | str], start: int) -> str:
        """Where an element is; a stride may be text that comes behind the index."""
        terms = [str(start)] if start else []
        for axis, (size, stride) in enumerate(zip(self.sizes, strides, strict=True)):
            if size > 1 and stride:
                terms.append(
                    f"i{axis}{stride}" if isinstance(stride, str) else f"i{axis} * {stride}"
                )
        return " + ".join(terms) or "0"

    def copy(
        self,
        x: NativeTensor,
        y: NativeTensor,
        strides_x: Sequence[int | str] | None = None,
        at_x: int = 0,
        at_y: int = 0,
    ) -> list[str]:
        """Each element of a box, from one tensor to another."""
        here = self.index(y.strides, y.start + at_y)
        there = self.index(strides_x or x.strides, x.start + at_x)
        return self.wrap(pointer_lines([x], y), [f"y[{here}] = {stored_value(f'x0[{there}]', x.zero_point, y)};"])

    def insert_zeros(
        self, x: NativeTensor, y: NativeTensor, first: tuple[int, int], steps: tuple[int, int]
    ) -> list[str]:
        """Pixels of `x` at every so many of `y`, from one on; zeros between them."""
        rows = [f"(i1 - {first[0]})", f"(i2 - {first[1]})"]
        if self.sizes[1] == 1:
            rows[0] = f"({-first[0]})"
        if self.sizes[2] == 1:
            rows[1] = f"({-first[1]})"
        channel = " + i3" if self.sizes[3] > 1 else ""
        tests, at = list[str](), list[str]()
        for row, step, size, stride in zip(rows, steps, x.shape[1:3], x.strides[1:3], strict=True):
            tests.append(f"{row} >= 0 && {row} % {step} == 0 && {row} / {step} < {size}")
            at.append(f"{row} / {step} * {stride}")
        inside = f"x0[{x.start} + {' + '.join(at)}{channel}]"
        value = f"{' && '.join(tests)} ? {stored_value(inside, x.zero_point, y)} : {stored_value('0', 0, y)}"
        return self.wrap(pointer_lines([x], y), [f"y[{self.index(y.strides, y.start)}] = {value};"])

    def fill(self, y: NativeTensor, value: int) -> list[str]:
        """The same in each element."""
        body = [f"y[{self.index(y.strides, y.start)}] = {value};"]
        return self.wrap(pointer_lines([], y), body)

    def elementwise(
        self, reads: Sequence[LoopInput], y: NativeTensor, wide: str, value: str, heads: Sequence[str] = ()
    ) -> list[str]:
        """A function of elements `a`, `b` of what has the shape of the result."""
        first = [f"const auto* x{n} = {source.pointer};" for n, source in enumerate(reads)]
        body = [
            f"const {wide} {name} = ({wide})x{n}[{self.index(x.strides, x.start)}] + {x.low};"
            for n, (name, x) in enumerate(zip("ab", reads, strict=False))
        ]
        body += [
            f"const {wide} result = {value};",
            f"y[{self.index(y.strides, y.start)}] = ({type_name(y.dtype)})(result - {y.zero_point});",
        ]
        return self.wrap([*first, *heads, f"auto* y = {y.pointer};"], body)


def pointer_lines(reads: Sequence[NativeTensor], y: NativeTensor) -> list[str]:
    """The tensors of a loop by short names."""
    return [
        *(f"const auto* x{n} = {x.pointer};" for n, x in enumerate(reads)),
        f"auto* y = {y.pointer};",
    ]


def stored_value(value: str, low: int, y: NativeTensor) -> str:
    """A value as a tensor stores it."""
    shift = low - y.zero_point
    return (
        f"({type_name(y.dtype)})({value} + {shift})" if shift else f"({type_name(y.dtype)}){value}"
    )


def copy_loops(x: NativeTensor, y: NativeTensor) -> list[str]:
    """One tensor into another of the same shape."""
    return Loops.over(x.shape).copy(x, y)
