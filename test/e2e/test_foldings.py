"""The claim of docs/foldings.md: no folding of `tile` is larger or slower than a published one."""

import numpy as np
import pytest
from support.benchmarks import benchmark
from support.published import CNV

foldings = benchmark("foldings")


@pytest.mark.parametrize("name", CNV)
def test_never_larger_and_never_slower(name: str) -> None:
    published, same_rate, same_cost = foldings.compare_foldings(name)
    assert published.tiling.interval == max(CNV[name].cycles)
    assert same_rate.tiling.interval <= published.tiling.interval
    assert np.all(same_rate.tiling.use <= published.tiling.use)
    assert same_cost.tiling.interval <= published.tiling.interval
    assert np.all(same_cost.tiling.use <= published.tiling.use)
    assert same_rate.tiling.bound == pytest.approx(same_rate.tiling.cost, rel=0.011)
    assert same_cost.min_cycles <= same_cost.tiling.interval < published.tiling.interval


def test_serial_inputs_limit_the_rate() -> None:
    assert foldings.lfc(832, 64, 64) == (512, [416, 512, 512, 512])
    assert foldings.lfc(832, 64, 1)[0] == 832
