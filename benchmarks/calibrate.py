"""Holds the cost model against designs that were measured, and writes docs/costs.md.

    python benchmarks/calibrate.py > docs/costs.md

The constants that are fitted are those of `FITS`; their best values for all designs are told next
to those that hardware/resources/cost has, which are round. To leave one out, they are fitted
on the others alone. To hold another design against the model, describe it in
test/support/measured.py.
"""

import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from qnn.hardware.estimate import layers_of
from qnn.hardware.resources.cost import fitted
from qnn.hardware.resources.device import RESOURCE_KINDS, Device, device_named
from qnn.hardware.resources.memory import BLOCK_LUTS
from qnn.qdialect.stream import DesignOp

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "test"))

from support.measured import MEASURED, Measured

Vector = npt.NDArray[np.float64]

FITS = {"logic": ("COUNTER_LUTS", "VECTOR_BIT_LUTS"), "ff": ("COUNTER_FFS",)}
"""For each kind the constants that are fitted; all else is counted."""

DEVICE = "z7020"


@contextmanager
def constants(values: dict[str, float]) -> Generator[None]:
    """The cost model with other constants."""
    before = {name: getattr(fitted, name) for name in values}
    try:
        for name, value in values.items():
            setattr(fitted, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(fitted, name, value)


def amounts(design: DesignOp, device: Device) -> Vector:
    """What a design takes of each kind."""
    return np.sum([layer.use for layer in layers_of(design, device)], axis=0)


def published(measured: Measured) -> dict[str, int]:
    given = measured.published
    return {"logic": given.lut, "ff": given.ff, "block": given.bram18, "dsp": given.dsp}


class Calibration:
    """The designs, and what the model says of them."""

    def __init__(self, designs: Sequence[Measured] = MEASURED) -> None:
        self.device = device_named(DEVICE)
        self.names = [measured.name for measured in designs]
        self.designs = [measured.design() for measured in designs]
        self.published = [published(measured) for measured in designs]

    def predicted(self, kind: str, values: dict[str, float] | None = None) -> Vector:
        """What all designs take of a kind."""
        with constants(values or {}):
            found = [amounts(design, self.device) for design in self.designs]
        return np.array(found)[:, RESOURCE_KINDS.index(kind)]

    def measured(self, kind: str) -> Vector:
        return np.array([amounts[kind] for amounts in self.published], np.float64)

    def errors(self, kind: str, values: dict[str, float] | None = None) -> Vector:
        return self.predicted(kind, values) / self.measured(kind) - 1

    def fit(self, kind: str, used: Sequence[int]) -> dict[str, float]:
        """The constants with the least squares of relative errors for some designs."""
        names = FITS[kind]
        none = dict.fromkeys(names, 0.0)
        base, measured = self.predicted(kind, none), self.measured(kind)
        columns = [self.predicted(kind, {**none, name: 1.0}) - base for name in names]
        table = np.stack(columns, 1) / measured[:, None]
        rest = 1 - base / measured
        found = np.linalg.lstsq(table[list(used)], rest[list(used)], rcond=None)[0]
        return dict(zip(names, found.tolist(), strict=True))

    def left_out(self, kind: str) -> Vector:
        """For each design its error with constants that were fitted on the others."""
        every = range(len(self.designs))
        fits = [self.fit(kind, [k for k in every if k != number]) for number in every]
        return np.array([self.errors(kind, fit)[k] for k, fit in enumerate(fits)])


TITLES = {"logic": "LUT", "ff": "FF", "block": "BRAM18", "dsp": "DSP"}


def table(found: Calibration) -> str:
    lines = [
        "| design | | published | predicted | error | left out |",
        "|---|---|---:|---:|---:|---:|",
    ]
    rest = {kind: found.left_out(kind) for kind in FITS}
    for number, name in enumerate(found.names):
        for kind, title in TITLES.items():
            measured, said = found.measured(kind)[number], found.predicted(kind)[number]
            out = f"{rest[kind][number]:+.1%}" if kind in rest else ""
            error = f"{said / measured - 1:+.1%}"
            lines.append(f"| {name} | {title} | {measured:,.0f} | {said:,.0f} | {error} | {out} |")
            name = ""
    return "\n".join(lines)


def fits(found: Calibration) -> str:
    lines = ["| constant | kind | best for all three | taken |", "|---|---|---:|---:|"]
    for kind in FITS:
        best = found.fit(kind, range(len(found.designs)))
        lines += [
            f"| `{name}` | {TITLES[kind]} | {value:.2f} | {getattr(fitted, name):g} |"
            for name, value in best.items()
        ]
    return "\n".join(lines)


def main() -> None:
    found = Calibration()
    names = ("COUNTER_LUTS", "COUNTER_FFS", "VECTOR_BIT_LUTS", "VECTOR_BIT_FFS")
    taken = {name: getattr(fitted, name) for name in names} | {"BLOCK_LUTS": BLOCK_LUTS}
    print(TEXT.format(table=table(found), fits=fits(found), **taken), end="")


TEXT = """\
# What designs cost, and how well that is known

<!-- not run: makes this page, in minutes -->
```sh
python benchmarks/calibrate.py > docs/costs.md
```

`hardware/resources/cost` says what each process takes of a device,
`hardware/resources/memory.py` what memories do. `tile` chooses by it, `qnn estimate` reports it.
This page has its formulas, where its constants are from, and how far it is from boards.

## Against boards

Three designs of others were built for a Z7020 and reported after place and route, with all that
is around the network on the device. They are held against what `qnn estimate` makes of these
networks with the published PE and SIMD (`test/support/measured.py`). Weights lie where the tool put
them: in block memory, but for memories of at most 512 bits, and for one layer of W2A2 that a pragma
puts into LUTs. Vectors are in registers, as they were there (`vector_in_registers`).

{table}

BRAM18 counts a RAMB36 twice. `left out`: the error of a design with constants that were fitted on
the two others. The form of the model was found with all three in view, so other designs may be
further off than that: **`qnn estimate` says ±10 % for LUTs, flip-flops and blocks**, and nothing
for DSPs, URAMs, or Intel's devices. Fitted are three numbers, by least squares of relative
errors:

{fits}

To hold another design against the model, describe it as these three are, or give `qnn estimate` its
network and a folding file, which counts vectors as our library keeps them. The file must say where
weights lie, or `tile` chooses, and takes fewer blocks and more LUTs than a vendor's tool does by
default: `{{"Conv_1": {{"pe": 32, "simd": 32, "storage": "block"}}, ...}}`, and `"lut"` where a row
has at most 512 bits.

## Formulas

Of words of so many bits that come and go; `w` and `a` are the bits of a weight and of an input.

| | LUTs | flip-flops |
|---|---|---|
| every process | {COUNTER_LUTS} a counter | {COUNTER_FFS} a counter; a word in, a word out |
| counters | 4 of a matrix, 11 of a window, 3 of a repack, 2 of all else | |
| tree of adders | `SIMD * (b + 2)` for each row, `b` bits of a product | half of its LUTs |
| products, as below | 0, `b`, or `w * a` | |
| running sum | its bits, for each row | twice its bits |
| thresholds | `steps * (bits / 2 + 2)` for each row | |
| scale, each lane | `w * a`, sum, two results, `x / 2 + 2` an exception | product, sum |
| vector, kept for all rows | its memory, half a LUT a bit of a word | a word |
| the same in registers | {VECTOR_BIT_LUTS} a bit | {VECTOR_BIT_FFS} a bit |
| a word of weights | | its bits |
| window | a LUT chooses one of three lines, for each bit | |
| pool | 1.5 for each bit that comes | the bits of a result |
| repack | its bits | twice its bits |
| channel | `2 * log2(depth)`, half a LUT a bit and 32 words | `2 * log2(depth)`, a word |
| source, sink | 2,000 | 2,500 |
| end of a link, a guess | 500 | 1,000 |

- A product of two signs has one bit, and needs no LUT: exclusive or fits into the LUTs of the
  adders. So does the choice between a number and its negative, which has a bit more than the
  number. All others take `w * a` LUTs, and have `w + a` bits; ternary numbers have two.
- More than 15 thresholds are searched: `steps` is then the number of comparisons, one behind the
  other. A vector that is multiplied all at once is not kept, nor one of which all rows are.
- A level of a tree adds half as many terms as the one before, each a bit wider; a LUT makes a
  bit. That sums up to `b + 2` LUTs for each term.
- The measured designs keep a vector in registers, each twice in their pipeline, and choose among
  all its words: some LUT for each bit. The rest of {VECTOR_BIT_LUTS} is what grows with the same
  bits: converters to words of whole pixels, and maxima of whole pixels, which ours do without.
  Our library does so only where a `stream.matvec` has `vector_in_registers`.
- It keeps all other vectors in a memory as wide as a word, and chooses between words that come and
  words that were kept. No board has told how much that is: it is counted in the vendors' parts.
- A counter has 32 bits in the sources; {COUNTER_LUTS} LUTs say that tools find out how few are
  needed. Its flip-flops are those of the pipeline that it starts, too.
- 2,000 LUTs, 2,500 flip-flops and two blocks for each port to the host, an AXI master with its
  buffer and half of an interconnect, are what such parts take by themselves. They are not fitted.

**Blocks.** Vivado makes a memory as deep as it needs to be from blocks of one shape that is as
deep, so that nothing chooses between blocks: 2,304 words of 32 bits take eight blocks of 4,096 x
4, not five of 512 x 36. Deeper than 16,384 words it joins two blocks for each bit and 32,768
words. With this rule all RAMB18s and all but a few RAMB36s of the measured designs have their
place. The smallest memory that lay in blocks had 640 bits, the largest that did not 512; channels
are in blocks from 1,024 bits on, if they are deeper than 32 words. Where a device has too few
blocks, the tool moves memories of lines and thresholds to LUTs, those first that take the fewest:
W2A2 takes all 280 blocks, and `qnn estimate` does the same. A memory that is written takes 4/3
LUTs for each bit and 64 words, a constant one 1. An M20K may be cut into any of its shapes. URAM:
`ceil(bits / 72) * ceil(words / 4096)`.

**Vectors.** A memory with a port to write and one to read: a RAM32M has 32 words of 6 bits in four
LUTs, a RAM64M 64 of 3, an MLAB 32 of 20 in ten ALMs; where memories are below one another, a LUT
chooses among four. 576 bytes one by one take 132 LUTs so; in registers they would take 6,221. A
vector lies in blocks where it would take more than {BLOCK_LUTS} LUTs for each of them. The library
tells the vendor's tool by the same rule.

**DSPs.** `PE * SIMD * ceil((w + a) / 48)` for products in DSPs. Two more for a port that
multiplies the number of frames by the words of one, where these have more than two digits in
signed binary, so that a shift and an addition do not do. The measured designs multiply so in other
processes as well, by their iterations: that explains all of LFC's four (416 iterations of its
first layer, and 13 words of an image), and the eight that W2A2 has more than W1A1, whose maxima
have loops around a frame instead. Ours count frames in all processes but those at ports, so the
model has fewer. `tile` does not count these.

**Scales.** None of the measured designs has one, so nothing of a `stream.scale` is held against a
board, and its figures may be further off than ±10 %. Its product takes `w * a` LUTs as all others
do, or DSPs, piece by piece: 25 x 18 bits with their signs each on Xilinx's devices, 27 x 27 on
Intel's; a DSP adds the offset as well, and has registers of its own, so that neither is counted.
Factors, offsets and exceptions are a memory each for every lane, as thresholds are. Vendors'
tools pipeline wide products in LUTs deeper than the model knows.

## By layer, by kind, and what comes next

`qnn estimate` has a row for each process, with the channels that it writes, and for all of a
kind. `next step` is the cheapest design that is faster in any way, of all foldings: where it
takes more than a design may (70 % of LUTs or ALMs, 50 % of flip-flops, 80 % of all else), that is
what limits the design; where it does not, a faster folding of the slowest layer is there to be
had.

Operations are counted in one place (`hardware/resources/work.py`): a MAC is two, its bit operations
are `a*w + a + w + log2(n)` for `n` products in a sum. `test/unit/test_work.py` has the published
counts. Feature maps are all that sources and layers write; what comes from outside are frames,
results, and weights that are kept there, which are read again for each vector.

## Roofline

`hardware/resources/roofline.py`: `LUTs * 0.7 * clock / LUTs of an operation`, which are
`0.9 + 1.6 * w * a` on average of all operations. 7.648 LUTs an operation, as published for
DoReFa-AlexNet, make 15,180 GOPS on a KU115 at 250 MHz. The line alone gives 4.70 for that network
(first layer 1 x 8 bits, all others 1 x 2): the source must have counted otherwise, and does not
say how.

## Intel

An ALM counts as 1 / 0.6 LUTs, which is a guess, as is everything around a design. What was
published can't be held against it, because the foldings were not. ResNet-18 W1A2 on Stratix V
took 596,081 LUTs, 1,175,373 flip-flops and 30,854 Kbit of blocks for 1.85 million cycles a frame;
our cheapest design with as many cycles comes to 15,400 ALMs, 60,400 flip-flops and 953 M20K,
which is 19,060 Kbit. So much another architecture may differ; it is neither an error of the model
nor does it confirm it. So reports give no error for Intel.

## Not modelled

- Routing, and what timing takes: replicated registers, longer pipelines at higher clocks. The
  measured designs run at 100 MHz.
- What a tool saves across processes, and weights that are zero or alike in a memory of LUTs.
- Weights that a host may change: the measured designs can, ours can't.
- Our library keeps all lines of a window in one memory, once for each piece of a word; the model
  counts lines one by one, as they were measured. Where words of the image are narrow, ours takes
  fewer blocks.
- A pair of narrow products in one DSP, which our library makes."""

if __name__ == "__main__":
    main()
