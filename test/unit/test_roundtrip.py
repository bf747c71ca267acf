"""Every program can be printed and parsed, and then computes the same results."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qnn.qdialect.data import Array
from qnn.qdialect.qnn import TENSOR_OPS, QnnOp
from support.generate import MAKERS, Choices, ops_of, random_inputs, random_module
from support.program import print_module, read_module, run_checked
from xdsl.dialects.builtin import ModuleOp

EACH_OP = pytest.mark.parametrize("kind", TENSOR_OPS, ids=lambda kind: kind.name)
FORMS = pytest.mark.parametrize("generic", [False, True], ids=["pretty", "generic"])
SEEDS = st.integers(0, 2**32)


def same(left: list[Array], right: list[Array]) -> bool:
    """Bit for bit."""
    return len(left) == len(right) and all(
        a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
        for a, b in zip(left, right, strict=True)
    )


def check_round_trip(module: ModuleOp, generic: bool, seed: int) -> None:
    text = print_module(module, generic)
    again = read_module(text)
    assert print_module(again, generic) == text
    assert module.is_structurally_equivalent(again)
    inputs = random_inputs(Choices.seeded(seed), module)
    assert same(run_checked(module, inputs), run_checked(again, inputs))


@FORMS
@EACH_OP
@pytest.mark.parametrize("seeds", [range(3), pytest.param(range(3, 20), marks=pytest.mark.slow)])
def test_each_op_round_trips(kind: type[QnnOp], generic: bool, seeds: range) -> None:
    """The programs are drawn from seeds, not by hypothesis, which would test far fewer in the same
    time."""
    for seed in seeds:
        module = random_module(Choices.seeded(seed), ops=[kind], length=0)
        assert any(isinstance(op, kind) for op in module.walk())
        check_round_trip(module, generic, seed)


@FORMS
@pytest.mark.parametrize("level", [None, 1, 2])
@settings(max_examples=settings().max_examples // 2)
@given(st.data(), SEEDS)
def test_programs_round_trip(
    level: int | None, generic: bool, data: st.DataObject, seed: int
) -> None:
    check_round_trip(random_module(Choices.drawn(data.draw), level), generic, seed)


@pytest.mark.parametrize(
    "seed", [seed if seed < 8 else pytest.param(seed, marks=pytest.mark.slow) for seed in range(40)]
)
def test_long_programs_round_trip(seed: int) -> None:
    module = random_module(Choices.seeded(seed), length=40)
    check_round_trip(module, bool(seed % 2), seed)


def test_generator_makes_every_op() -> None:
    """An op that the generator cannot make would not be tested here."""
    assert set(MAKERS) == set(TENSOR_OPS)


@pytest.mark.parametrize("level", [None, 1, 2])
def test_the_generator_draws_every_op_of_a_level(level: int | None) -> None:
    drawn = {
        type(op)
        for seed in range(60)
        for op in random_module(Choices.seeded(seed), level, length=15).walk()
    }
    assert set(ops_of(level)) <= drawn


def test_equal_seeds_draw_equal_programs() -> None:
    texts = {print_module(random_module(Choices.seeded(5), length=20)) for _ in range(2)}
    assert len(texts) == 1


def test_a_second_run_has_the_same_results() -> None:
    """Two runs give the same bits: no state remains from the first."""
    for seed in range(8):
        module = random_module(Choices.seeded(seed))
        inputs = random_inputs(Choices.seeded(seed), module)
        before = [np.copy(array) for array in inputs]
        assert same(run_checked(module, inputs), run_checked(module, inputs))
        assert same(before, inputs)
