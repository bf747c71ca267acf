"""The constants of the cost model that are fitted to designs on boards, all others are counted.

`benchmarks/calibrate.py` fits them. Read them as attributes of this module: it replaces them.
"""

COUNTER_LUTS = 9
"""LUTs of a counter, and of what is done at its end."""

COUNTER_FFS = 80
"""Flip-flops of a counter, and of the next steps of the pipeline that go with it."""

VECTOR_BIT_LUTS = 1.35
"""LUTs that choose a bit of a vector which registers keep for many rows."""

VECTOR_BIT_FFS = 2
"""Flip-flops of such a bit, and of its way through the pipeline. Counted."""
