"""The device resources that a process uses, for words of one width or for arrays of widths.

Counters, adders, comparators, registers and memories are counted one by one; docs/costs.md has the
formulas and compares them with designs on boards. A process may have several implementations: its
weights in one memory or another, its products in LUTs or in DSPs.

`model` adds up the resources of a process. Each kind of process registers a function for its
datapath with `@datapaths.register`, and one for its memories with `@memories.register`, in
`layers`, `elements`, `images` or `channels`. A kind without a function only passes words on.
"""

from . import elements as elements
from . import images as images
from .arithmetic import (
    MAX_PARALLEL_THRESHOLDS,
    multiplier,
    searches_thresholds,
    two_products_fit_one_dsp,
    wide_product,
)
from .channels import MAX_PORT_BYTES, fifo_cost, frame_counter_dsps, repack_cost
from .layers import MAX_ARRAY_PARTITIONS, vector_cost, vector_storage
from .model import Implementation, implementations, memories

__all__ = [
    "MAX_ARRAY_PARTITIONS",
    "MAX_PARALLEL_THRESHOLDS",
    "MAX_PORT_BYTES",
    "Implementation",
    "fifo_cost",
    "frame_counter_dsps",
    "implementations",
    "memories",
    "multiplier",
    "repack_cost",
    "searches_thresholds",
    "two_products_fit_one_dsp",
    "vector_cost",
    "vector_storage",
    "wide_product",
]
