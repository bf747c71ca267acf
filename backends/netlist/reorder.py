"""The process that reorders the elements of a frame."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...qdialect.stream.reorder import MAX_LOOPS, ReorderOp
from ...qdialect.types import ElementType, bit_width
from .builder import Builder, build_instance
from .netlist import Instance
from .parameters import ForTypes, Precomputed
from .windows import power_of_two


@dataclass(frozen=True)
class ReorderInstance(Instance):
    """Stores the blocks of a frame, and reads their elements in another order."""

    kind = "reorder"

    element: ForTypes[ElementType]
    lanes: ForTypes[int]
    parts: int
    """Parts of a word that move separately, each in a bank of its own."""
    part_step: int
    """Addresses from one part of a written word to the next."""
    words: int
    """Words of a frame."""
    block_words: int
    halves: int
    """Blocks that are stored at a time: two if a frame has several."""
    delay: int
    """Words that are read before the first one is written."""
    size_0: int
    step_0: int
    size_1: int
    step_1: int
    size_2: int
    step_2: int
    size_3: int
    step_3: int
    size_4: int
    step_4: int
    size_5: int
    step_5: int
    part_bits: Precomputed[int]
    """Bits of a part of a word."""
    bank_bytes: Precomputed[int]
    """Bytes of a bank's word: a power of two that holds a part."""
    banks: Precomputed[int]
    """The parts, rounded up to a power of two."""

    @property
    def internal_word_bits(self) -> Sequence[int]:
        return (self.part_bits,)


@build_instance.register
def build_reorder(process: ReorderOp, builder: Builder) -> ReorderInstance:
    (x,), loops = process.inputs, process.loops(process.lanes_in)
    part_bits = x.lanes.data // loops.parts * bit_width(x.element_type)
    unused = [(1, 1)] * (MAX_LOOPS - len(loops.sizes))
    nested = [*unused, *zip(loops.sizes, loops.steps, strict=True)]
    return ReorderInstance(
        *builder.wiring(process),
        x.element_type,
        x.lanes.data,
        loops.parts,
        loops.part_step,
        x.words,
        process.block_words,
        min(2, process.blocks),
        loops.delay,
        *(number for loop in nested for number in loop),
        part_bits=part_bits,
        bank_bytes=power_of_two(-(-part_bits // 8)),
        banks=power_of_two(loops.parts),
    )
