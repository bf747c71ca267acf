"""The peak rate of a device, against published figures."""

import pytest
from qnn.hardware.resources.device import device_named
from qnn.hardware.resources.roofline import luts_per_op, mean_luts_per_op, peak_gops


def test_luts_of_an_operation() -> None:
    measured = [2.5, 4.1, 5.7, 7.3, 8.9, 10.5, 12.1, 13.7]
    assert [luts_per_op(1, bits) for bits in range(1, 9)] == pytest.approx(measured)
    assert luts_per_op(2, 4) == luts_per_op(8, 1)


def test_a_network_of_several_widths() -> None:
    assert mean_luts_per_op({(1, 8): 1, (1, 2): 3}) == pytest.approx((13.7 + 3 * 4.1) / 4)


def test_alexnet_on_a_large_device() -> None:
    """DoReFa-AlexNet, with the LUTs per operation that its source gives."""
    assert peak_gops(device_named("ku115"), 250.0, 7.648) == pytest.approx(15_180, rel=1e-3)


def test_more_logic_in_an_alm() -> None:
    device = device_named("arria10-gx1150")
    assert peak_gops(device, 200.0, 2.5) == pytest.approx(427_200 / 0.6 * 0.7 * 0.2 / 2.5)
