"""Evenly spaced thresholds as a product, a sum and a shift: scale."""

from dataclasses import dataclass

from ...qdialect.stream.process import int_pair
from ...qdialect.stream.scale import ScaleOp
from ...qdialect.types import QuantType
from .builder import Builder, build_instance
from .memories import Memory, constant_type, rows_memory
from .netlist import Instance
from .parameters import PerFrame, Precomputed
from .weighted import Multiplier


@dataclass(frozen=True)
class ScaleInstance(Instance):
    """Every element times a factor, plus an offset, shifted right and clamped."""

    kind = "scale"

    input: QuantType
    factor: QuantType
    offset: QuantType
    exception: QuantType | None
    sum: QuantType
    output: QuantType
    multiplier: Multiplier
    lanes: int
    groups: int
    """Words of a pixel."""
    words: PerFrame[int]
    shift: int
    low: int
    high: int
    raised: int | None
    """Exceptions of a channel that increase the result by one; the others decrease it by one."""
    factors: Memory
    offsets: Memory
    exceptions: Memory | None
    shared: Precomputed[bool]
    """Whether all channels have the same factor and offset."""


@build_instance.register
def build_scale(process: ScaleOp, builder: Builder) -> ScaleInstance:
    (x,), (y,) = process.inputs, process.outputs
    low, high = int_pair(process.clamp)
    memories: dict[str, Memory] = {}
    for key, parallelism in process.memories().items():
        name = builder.own_name(key)
        memory = rows_memory(process, name, process.constant(key), parallelism)
        memories[key] = builder.memory(memory)
    exceptions = process.exceptions
    return ScaleInstance(
        *builder.wiring(process),
        input=x.quant_type,
        factor=constant_type(process, process.factors),
        offset=constant_type(process, process.offsets),
        exception=None if exceptions is None else constant_type(process, exceptions),
        sum=process.sum_type,
        output=y.quant_type,
        multiplier=Multiplier.FABRIC if process.dsp is None else Multiplier.DSP,
        lanes=x.lanes.data,
        groups=x.frame[-1] // x.lanes.data,
        words=x.words,
        shift=process.shift.value.data,
        low=low,
        high=high,
        raised=None if exceptions is None else process.raised.value.data,
        factors=memories["factors"],
        offsets=memories["offsets"],
        exceptions=memories.get("exceptions"),
        shared=memories["factors"].sizes == (1, 1),
    )
