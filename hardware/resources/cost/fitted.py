"""The constants of the cost model that are fitted to designs on boards.

`benchmarks/calibrate.py` fits them and, while it does, replaces them here: read them as attributes
of this module.
"""

COUNTER_LUTS = 9
"""LUTs of a loop counter and of the logic at the end of its loop."""

COUNTER_FFS = 80
"""Flip-flops of a loop counter and of the pipeline stages that it starts."""

VECTOR_BIT_LUTS = 1.35
"""LUTs that select a bit of a vector that registers hold for many rows."""

VECTOR_BIT_FFS = 2
"""Flip-flops of such a bit: its register and a pipeline stage. Counted, not fitted."""
