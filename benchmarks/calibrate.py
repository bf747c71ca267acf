"""Compares the cost model with measured designs, and writes docs/costs.md.

    python benchmarks/calibrate.py > docs/costs.md

The constants in `FITS` are fitted. The page lists their best values for all designs beside the
rounded values that hardware/resources/cost uses. The column "left out" has the error of each design
with constants that were fitted to the other designs only. To add a design, describe it in
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
"""The fitted constants of each resource kind; everything else in the model is counted."""

DEVICE = "z7020"


@contextmanager
def constants(values: dict[str, float]) -> Generator[None]:
    """Replaces constants of the cost model for the duration of a `with` block."""
    before = {name: getattr(fitted, name) for name in values}
    try:
        for name, value in values.items():
            setattr(fitted, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(fitted, name, value)


def amounts(design: DesignOp, device: Device) -> Vector:
    """The amount of each resource kind that a design uses."""
    return np.sum([layer.use for layer in layers_of(design, device)], axis=0)


def published(measured: Measured) -> dict[str, int]:
    given = measured.published
    return {"logic": given.lut, "ff": given.ff, "block": given.bram18, "dsp": given.dsp}


class Calibration:
    """The measured designs, and the resources that the model predicts for them."""

    def __init__(self, designs: Sequence[Measured] = MEASURED) -> None:
        self.device = device_named(DEVICE)
        self.names = [measured.name for measured in designs]
        self.designs = [measured.design() for measured in designs]
        self.published = [published(measured) for measured in designs]

    def predicted(self, kind: str, values: dict[str, float] | None = None) -> Vector:
        """The predicted amount of a resource kind for each design."""
        with constants(values or {}):
            found = [amounts(design, self.device) for design in self.designs]
        return np.array(found)[:, RESOURCE_KINDS.index(kind)]

    def measured(self, kind: str) -> Vector:
        return np.array([amounts[kind] for amounts in self.published], np.float64)

    def errors(self, kind: str, values: dict[str, float] | None = None) -> Vector:
        return self.predicted(kind, values) / self.measured(kind) - 1

    def fit(self, kind: str, used: Sequence[int]) -> dict[str, float]:
        """The constants with the least squares of relative errors over some designs."""
        names = FITS[kind]
        none = dict.fromkeys(names, 0.0)
        base, measured = self.predicted(kind, none), self.measured(kind)
        columns = [self.predicted(kind, {**none, name: 1.0}) - base for name in names]
        table = np.stack(columns, 1) / measured[:, None]
        rest = 1 - base / measured
        found = np.linalg.lstsq(table[list(used)], rest[list(used)], rcond=None)[0]
        return dict(zip(names, found.tolist(), strict=True))

    def left_out(self, kind: str) -> Vector:
        """The error of each design, with constants that were fitted to the other designs."""
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
            measured, predicted = found.measured(kind)[number], found.predicted(kind)[number]
            out = f"{rest[kind][number]:+.1%}" if kind in rest else ""
            error = f"{predicted / measured - 1:+.1%}"
            figures = f"{measured:,.0f} | {predicted:,.0f} | {error} | {out}"
            lines.append(f"| {name} | {title} | {figures} |")
            name = ""
    return "\n".join(lines)


def fits(found: Calibration) -> str:
    lines = ["| constant | kind | best for all three | used |", "|---|---|---:|---:|"]
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
    used = {name: getattr(fitted, name) for name in names} | {"BLOCK_LUTS": BLOCK_LUTS}
    text = (Path(__file__).parent / "costs.template.md").read_text()
    print(text.format(table=table(found), fits=fits(found), **used), end="")


if __name__ == "__main__":
    main()
