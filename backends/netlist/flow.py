"""Processes that pass words on: fork, concat, split, link, and repack in four ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

from ...qdialect.stream.flow import ConcatOp, ForkOp, LinkOp, RepackOp, SplitOp
from .builder import Builder, build_instance
from .netlist import Instance
from .parameters import PerFrame, Precomputed, Timed


@dataclass(frozen=True)
class ForkInstance(Instance):
    """Copies every word to each of its outputs."""

    kind = "fork"

    words: PerFrame[int]


@build_instance.register
def build_fork(process: ForkOp, builder: Builder) -> ForkInstance:
    return ForkInstance(*builder.wiring(process), words=process.inputs[0].words)


@dataclass(frozen=True)
class PartsInstance(Instance):
    """Joins or splits frames along an axis, run by run."""

    runs: PerFrame[int]
    widths: Sequence[int]
    """Words of a run in each part."""


class ConcatInstance(PartsInstance):
    """Joins several frames."""

    kind = "concat"


class SplitInstance(PartsInstance):
    """Splits a frame."""

    kind = "split"


@build_instance.register
def build_concat(process: ConcatOp, builder: Builder) -> ConcatInstance:
    wiring = builder.wiring(process)
    return ConcatInstance(*wiring, runs=process.runs, widths=process.run_words)


@build_instance.register
def build_split(process: SplitOp, builder: Builder) -> SplitInstance:
    wiring = builder.wiring(process)
    return SplitInstance(*wiring, runs=process.runs, widths=process.run_words)


@dataclass(frozen=True)
class RepackInstance(Instance):
    """Passes elements on, in words of another width or of the same width."""

    words: PerFrame[int]
    """Words of a frame on the side that has fewer."""


class PassThroughInstance(RepackInstance):
    """Both widths are equal."""

    kind = "pass_through"


class WidenInstance(RepackInstance):
    """Each output word is made of several input words."""

    kind = "widen"


class NarrowInstance(RepackInstance):
    """Each input word is cut into several output words."""

    kind = "narrow"


@dataclass(frozen=True)
class RegroupInstance(Instance):
    """Neither width divides the other."""

    kind = "regroup"

    iterations: PerFrame[int]
    """Words of a frame on the side that has more."""
    held_bits: Precomputed[int]
    """Bits of an input word and an output word together."""
    piece: Precomputed[int]
    """The most bits that divide both widths."""

    @property
    def internal_word_bits(self) -> Sequence[int]:
        return (self.held_bits,)


@build_instance.register
def build_repack(process: RepackOp, builder: Builder) -> RepackInstance | RegroupInstance:
    (x,), (y,), wiring = process.inputs, process.outputs, builder.wiring(process)
    if x.lanes == y.lanes:
        return PassThroughInstance(*wiring, words=x.words)
    if y.lanes.data % x.lanes.data == 0:
        return WidenInstance(*wiring, words=y.words)
    if x.lanes.data % y.lanes.data == 0:
        return NarrowInstance(*wiring, words=x.words)
    return RegroupInstance(
        *wiring,
        iterations=max(x.words, y.words),
        held_bits=x.word_bits + y.word_bits,
        piece=gcd(x.word_bits, y.word_bits),
    )


@dataclass(frozen=True)
class LinkInstance(Instance):
    """Carries a channel to another device; it passes every word on."""

    kind = "link"

    words: PerFrame[int]
    cycles: Timed[int]
    """Cycles over which the words of a frame are spread."""
    delay: Timed[int]


@build_instance.register
def build_link(process: LinkOp, builder: Builder) -> LinkInstance:
    return LinkInstance(
        *builder.wiring(process),
        words=process.inputs[0].words,
        cycles=process.interval,
        delay=process.delay,
    )
