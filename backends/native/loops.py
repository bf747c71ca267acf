"""C++ loops over the elements of a tensor, for ops that are not layers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...qdialect.data import Array
from ...qdialect.qnn.base import Shape
from .constants import Constants
from .tensors import NativeTensor, contiguous_strides, type_name


@dataclass(frozen=True)
class LoopInput:
    """Elements that a loop reads: a pointer, the first offset, and the stride of each axis."""

    pointer: str
    strides: Sequence[int]
    start: int = 0
    offset: int = 0
    """The value that is stored as 0."""

    @staticmethod
    def tensor(x: NativeTensor) -> "LoopInput":
        """The elements of a tensor."""
        return LoopInput(x.pointer, x.strides, x.start, x.offset)

    @staticmethod
    def array(array: Array, constants: Constants) -> "LoopInput":
        """The elements of a constant."""
        return LoopInput(constants.pointer(array), contiguous_strides(array.shape))

    def broadcast(self, shape: Shape, own: Shape) -> "LoopInput":
        """The elements broadcast to a shape, by the rules of numpy: repeated axes have stride 0."""
        strides = (*(0 for _ in range(len(shape) - len(own))), *self.strides)
        sizes = (*(1 for _ in range(len(shape) - len(own))), *own)
        repeated = [0 if size == 1 else stride for size, stride in zip(sizes, strides, strict=True)]
        return LoopInput(self.pointer, repeated, self.start, self.offset)


@dataclass(frozen=True)
class Loops:
    """Nested loops, one for each axis; threads share the outermost."""

    sizes: Sequence[int]

    def wrap(self, declarations: Iterable[str], body: Sequence[str]) -> list[str]:
        """Declarations, and loops around a body. Axes of one element have no loop."""
        axes = [axis for axis, size in enumerate(self.sizes) if size > 1]
        if not axes:
            return [
                *declarations,
                "if (part.number == 0) {",
                *(f"    {line}" for line in body),
                "}",
            ]
        first, *others = axes
        lines = [
            *declarations,
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
        """C++ for the offset of an element; a stride may be C++ text to append to the index."""
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
        x_strides: Sequence[int | str] | None = None,
        x_offset: int = 0,
        y_offset: int = 0,
    ) -> list[str]:
        """Copies a box of elements from one tensor to another."""
        target = self.index(y.strides, y.start + y_offset)
        source = self.index(x_strides or x.strides, x.start + x_offset)
        return self.wrap(
            pointer_lines([x], y), [f"y[{target}] = {stored_value(f'x0[{source}]', x.offset, y)};"]
        )

    def insert_zeros(
        self, x: NativeTensor, y: NativeTensor, first: tuple[int, int], steps: tuple[int, int]
    ) -> list[str]:
        """Writes the pixels of `x` to `y`, from pixel `first` on, `steps` apart; zeros between."""
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
        zero = stored_value("0", 0, y)
        value = f"{' && '.join(tests)} ? {stored_value(inside, x.offset, y)} : {zero}"
        return self.wrap(pointer_lines([x], y), [f"y[{self.index(y.strides, y.start)}] = {value};"])

    def fill(self, y: NativeTensor, value: int) -> list[str]:
        """Sets every element to one value."""
        body = [f"y[{self.index(y.strides, y.start)}] = {value};"]
        return self.wrap(pointer_lines([], y), body)

    def elementwise(
        self,
        reads: Sequence[LoopInput],
        y: NativeTensor,
        compute_type: str,
        value: str,
        declarations: Sequence[str] = (),
    ) -> list[str]:
        """Sets each element to a C++ expression of `a` and `b`, the elements of the inputs."""
        inputs = [f"const auto* x{n} = {x.pointer};" for n, x in enumerate(reads)]
        body = [
            f"const {compute_type} {name} = "
            f"({compute_type})x{n}[{self.index(x.strides, x.start)}] + {x.offset};"
            for n, (name, x) in enumerate(zip("ab", reads, strict=False))
        ]
        body += [
            f"const {compute_type} result = {value};",
            f"y[{self.index(y.strides, y.start)}] = ({type_name(y.dtype)})(result - {y.offset});",
        ]
        return self.wrap([*inputs, *declarations, f"auto* y = {y.pointer};"], body)


def pointer_lines(reads: Sequence[NativeTensor], y: NativeTensor) -> list[str]:
    """C++ that declares `x0`, `x1` and so on, and `y`, as pointers to tensors."""
    return [
        *(f"const auto* x{n} = {x.pointer};" for n, x in enumerate(reads)),
        f"auto* y = {y.pointer};",
    ]


def stored_value(value: str, offset: int, y: NativeTensor) -> str:
    """C++ that converts a stored number with one offset to a stored number of `y`."""
    shift = offset - y.offset
    return (
        f"({type_name(y.dtype)})({value} + {shift})" if shift else f"({type_name(y.dtype)}){value}"
    )


def copy_loops(x: NativeTensor, y: NativeTensor) -> list[str]:
    """Copies a tensor to another of the same shape."""
    return Loops(x.shape).copy(x, y)
