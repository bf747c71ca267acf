"""What a process takes of a device, for words of one width or for arrays of widths at once.

Counters, adders, comparisons, registers and memories are counted one by one; docs/costs.md has the
formulas, and the boards that they were held against. A layer may be built in several ways: its
weights in one memory or another, its products in logic or in DSPs.

`model` adds up what a process takes. What differs by its kind is registered in `layers`,
`elements`, `images` and `channels`: a function for its datapath (`@datapaths.register`), and one
for its memories, if it has any (`@memories.register`).
"""

from . import elements as elements
from . import images as images
from .arithmetic import AT_ONCE, multiplier, wide_product
from .channels import WIDEST_PORT, fifo, frame_counter_dsps, repack_cost
from .layers import MAX_PARTS, vector_storage
from .model import Implementation, Storage, implementations, memories

__all__ = [
    "AT_ONCE",
    "MAX_PARTS",
    "WIDEST_PORT",
    "Implementation",
    "Storage",
    "fifo",
    "frame_counter_dsps",
    "implementations",
    "memories",
    "multiplier",
    "repack_cost",
    "vector_storage",
    "wide_product",
]
