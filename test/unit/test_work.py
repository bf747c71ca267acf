"""Operations and bit operations of published networks, layer by layer."""

import pytest
from support.operations import BIT_OPERATIONS, CLASSIFIERS, OPERATIONS, alexnet, total


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations(name: str) -> None:
    """To the precision of the published figures."""
    layers, ops, unit = OPERATIONS[name]
    assert abs(total(layers()).ops - ops) < unit


def test_operations_of_each_layer() -> None:
    published = [241.86, 1791.59, 1289.95, 260.11, 173.41, 75.50, 33.55, 8.19]
    assert [round(2 * p * r * c / 1e6, 2) for p, r, c in alexnet()] == published


@pytest.mark.parametrize(("name", "weight", "activation", "billions"), BIT_OPERATIONS)
def test_bit_operations(name: str, weight: int, activation: int, billions: float) -> None:
    found = total(CLASSIFIERS[name](), weight, activation).bops
    assert found / 1e9 == pytest.approx(billions, rel=0.005)
