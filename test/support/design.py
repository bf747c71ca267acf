"""Building small streaming designs.

design = Design()
x = design.source(ChannelType((4, 4, 2), unsigned(8)))
y = design.add(UpsampleOp(x, [2, 2])).output
module = design.finish(y)
"""

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from qnn.hardware.estimate import Estimate, estimate
from qnn.hardware.resources.device import Device
from qnn.qdialect.data import DataAttr
from qnn.qdialect.qnn.constants import DataOp
from qnn.qdialect.stream import ChannelType, DesignOp, Process, SinkOp, SourceOp
from qnn.qdialect.stream.compute import MatvecOp
from qnn.qdialect.stream.linked_designs import LinkedDesigns
from qnn.qdialect.text import verify
from qnn.qdialect.types import ElementType, unsigned
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import Block, Region, SSAValue

AnyProcess = TypeVar("AnyProcess", bound=Process)


def design_of(module: ModuleOp) -> DesignOp:
    """The one design of a module."""
    (design,) = (op for op in module.ops if isinstance(op, DesignOp))
    return design


def estimate_of(design: DesignOp, device: Device, clock_mhz: float = 100.0) -> Estimate:
    """The estimate of one design on one device."""
    return estimate(LinkedDesigns([design], design), [device], clock_mhz)


class Design:
    """A module with one design, `@main`, to which a test adds processes."""

    def __init__(self) -> None:
        self.block = Block()
        self.design = DesignOp("main", Region(self.block))
        self.module = ModuleOp([self.design])

    def source(self, channel: ChannelType) -> SSAValue:
        """A new input of the design."""
        return self.add(SourceOp(f"in{len(self.design.sources)}", channel)).output

    def data(self, array: npt.ArrayLike, element: ElementType) -> str:
        """The name of a new constant."""
        name = f"c{len(self.module.body.block.ops)}"
        self.module.body.block.add_op(DataOp(name, DataAttr.from_array(array, element)))
        return name

    def add(self, process: AnyProcess) -> AnyProcess:
        """Appends a process to the design."""
        self.block.add_op(process)
        return process

    def finish(self, *results: SSAValue) -> ModuleOp:
        """Adds a sink for each of these channels, and verifies the module."""
        for number, value in enumerate(results):
            self.add(SinkOp(f"out{number}", value))
        verify(self.module)
        return self.module


def chain(names: Iterable[str]) -> ModuleOp:
    """Fully connected layers with these names, one after the other."""
    design = Design()
    x = design.source(ChannelType((4,), unsigned(4)))
    for name in names:
        weights = design.data(np.eye(4, dtype=int), unsigned(1))
        layer = MatvecOp(x, ChannelType((4,), unsigned(4)), weights, unsigned(4))
        layer.layer = StringAttr(name)
        x = design.add(layer).output
    return design.finish(x)
