"""The interpreter: wrong inputs are refused, and a batch equals its images run one by one."""

from collections.abc import Callable
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import check_inputs, entry_input_types, entry_of, run
from qnn.qdialect.program import Program
from qnn.qdialect.qnn import ConstantOp, QnnOp
from qnn.qdialect.qnn.classify import ArgMaxOp, TopKOp
from qnn.qdialect.qnn.elementwise import AddOp, MulOp, ReluOp, SubOp
from qnn.qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp, LinearOp
from qnn.qdialect.qnn.pooling import SumPoolOp
from qnn.qdialect.qnn.steps import ThresholdOp
from qnn.qdialect.types import (
    BipolarType,
    ElementType,
    QuantType,
    TernaryType,
    dtype_of,
    signed,
    unsigned,
    value_range,
)
from qnn.qdialect.values import Value, as_array
from support.generate import Choices, random_inputs, random_module
from support.program import read_module, run_checked
from xdsl.dialects.builtin import IntegerType, ModuleOp, TensorType, f32, f64
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import InterpretationError


def identity(element: ElementType, shape: tuple[int, ...]) -> ModuleOp:
    program = Program()
    return program.finish(program.input(element, shape))


@pytest.mark.parametrize("shape", [(), (4,), (1, 3), (1, 5), (1, 4, 1), (1, 1, 4), (0, 4)], ids=str)
def test_a_wrong_shape_is_refused(shape: tuple[int, ...]) -> None:
    message = "input 0 (has shape .*tensor<1x4xsi8> is expected|is empty)"
    with pytest.raises(InterpretationError, match=message):
        run(identity(signed(8), (1, 4)), [np.zeros(shape, np.int8)])


def test_errors_name_the_input_and_its_file() -> None:
    module = read_module(
        "func.func @main(%image: tensor<1x4xsi8>, %1: tensor<1x2xsi8>) {\n  func.return\n}"
    )
    images = [np.zeros((2, 4), np.int8), np.zeros((3, 2), np.int8)]
    with pytest.raises(
        InterpretationError, match=r'^input 1 from b holds 3 .*, input "image" from a'
    ):
        check_inputs(entry_of(module), images, ["a", "b"])
    with pytest.raises(InterpretationError, match=r'^input "image" has shape 3x2'):
        check_inputs(entry_of(module), images[::-1])


def test_only_a_first_axis_of_1_takes_more_images() -> None:
    module = identity(signed(8), (2, 4))
    with pytest.raises(InterpretationError, match="input 0 has shape 3x4, tensor<2x4xsi8>"):
        run(module, [np.zeros((3, 4), np.int8)])


@pytest.mark.parametrize("dtype", [np.complex64, object, "U1", "M8[s]", bytes], ids=str)
def test_an_input_that_is_not_numeric_is_refused(dtype: type) -> None:
    with pytest.raises(InterpretationError, match="input 0 holds"):
        run(identity(signed(8), (1, 4)), [np.zeros((1, 4), dtype)])


@given(st.data())
def test_a_value_out_of_range_is_refused(data: st.DataObject) -> None:
    """Of any numpy type that can hold it."""
    element = Choices.drawn(data.draw).quant()
    low, high = value_range(element)
    wrong = [low - 1, high + 1, *([0] if isinstance(element, BipolarType) else [])]
    value = data.draw(st.sampled_from(wrong))
    for dtype in (np.int8, np.uint8, np.int32, np.int64, np.uint64, np.float32, np.float64):
        with np.errstate(all="ignore"):
            array = np.array([[1, float(value) if dtype in (np.float32, np.float64) else 1]], dtype)
        info = np.iinfo(dtype) if array.dtype.kind in "iu" else None
        if info is not None:
            if not info.min <= value <= info.max:
                continue
            array[0, 1] = value
        elif int(array[0, 1]) != value:
            continue
        message = rf"input 0: value \S+ does not fit in {element}"
        with pytest.raises(InterpretationError, match=message):
            run(identity(element, (1, 2)), [array])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.5, -1e-3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("element", [signed(8), unsigned(64), BipolarType()], ids=str)
def test_an_input_that_is_not_an_integer_is_refused(
    element: QuantType, dtype: type[np.floating], value: float
) -> None:
    with pytest.raises(InterpretationError, match="input 0: "):
        run(identity(element, (1, 2)), [np.array([[1, value]], dtype)])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("element", [f32, f64], ids=str)
def test_an_input_that_is_not_finite_is_refused(element: ElementType, value: float) -> None:
    with pytest.raises(InterpretationError, match="input 0: a NaN or an infinite value"):
        run(identity(element, (1, 2)), [np.array([[1, value]])])


def test_a_float_beyond_the_input_s_type_is_refused() -> None:
    """A float64 image must not become infinite on its way into a float32 network."""
    with pytest.raises(InterpretationError, match="input 0: "):
        run(identity(f32, (1, 2)), [np.array([[1.0, 1e300]])])


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_wrong_number_of_inputs_is_refused(count: int) -> None:
    program = Program()
    x, y = program.input(signed(4), (1, 2)), program.input(signed(4), (1, 2))
    module = program.finish(program.add(AddOp(x, y, signed(5))).output)
    wanted = "@main takes input 0 : tensor<1x2xsi4>, input 1 : tensor<1x2xsi4>"
    message = f"{wanted}; {count} inputs are given"
    with pytest.raises(InterpretationError, match=message):
        run(module, [np.zeros((1, 2), np.int8)] * count)


ENTRIES = {
    "builtin.module {}": "no function or design to run",
    "func.func private @main(tensor<1xsi4>) -> tensor<1xsi4>": "@main is declared, but has no body",
    "func.func @a() { func.return }\nfunc.func @b() { func.return }": (
        "none of the 2 functions and designs is named @main"
    ),
    "func.func @main(%x: i32) { func.return }": "i32",
}


@pytest.mark.parametrize("text, message", ENTRIES.items(), ids=list(ENTRIES.values()))
def test_a_module_that_can_t_be_run(text: str, message: str) -> None:
    inputs = [np.zeros(1, np.int8)] if "(tensor" in text or "i32" in text else []
    with pytest.raises(InterpretationError, match=message):
        run(read_module(text), inputs)


def test_an_input_may_have_any_numpy_type_that_holds_its_values() -> None:
    """Images come as bytes, as floats or as booleans."""
    module = identity(unsigned(4), (1, 3))
    for dtype in (np.bool_, np.uint8, np.int64, np.float16, np.float32, np.float64):
        (result,) = run(module, [np.array([[0, 1, 1]], dtype)])
        assert result.dtype == np.uint8 and result.tolist() == [[0, 1, 1]]


def test_the_entry_is_main_or_the_only_function() -> None:
    text = "func.func @net(%x: tensor<1xsi4>) -> tensor<1xsi4> { func.return %x : tensor<1xsi4> }"
    other = text.replace("@net", "@main").replace("si4", "si8")
    assert run(read_module(text), [np.array([3])])[0].dtype == np.int8
    assert run(read_module(f"{text}\n{other}"), [np.array([100])])[0].tolist() == [100]


def test_functions_call_functions() -> None:
    module = read_module(
        """
        func.func @main(%x: tensor<1x2xsi4>) -> (tensor<1x2xsi5>, tensor<1x2xui3>) {
          %y, %z = func.call @both(%x) : (tensor<1x2xsi4>) -> (tensor<1x2xsi5>, tensor<1x2xui3>)
          func.return %y, %z : tensor<1x2xsi5>, tensor<1x2xui3>
        }
        func.func @both(%x: tensor<1x2xsi4>) -> (tensor<1x2xsi5>, tensor<1x2xui3>) {
          %y = qnn.add %x, %x : (tensor<1x2xsi4>, tensor<1x2xsi4>) -> tensor<1x2xsi5>
          %z = qnn.relu %x : (tensor<1x2xsi4>) -> tensor<1x2xui3>
          func.return %y, %z : tensor<1x2xsi5>, tensor<1x2xui3>
        }
        """
    )
    y, z = run_checked(module, [np.array([[-8, 7]])])
    assert y.tolist() == [[-16, 14]] and z.tolist() == [[0, 7]]


@given(st.data(), st.sampled_from([None, 1, 2]), st.integers(2, 5))
def test_a_batch_equals_its_images_run_one_by_one(
    data: st.DataObject, level: int | None, images: int
) -> None:
    choices = Choices.drawn(data.draw)
    module = random_module(choices, level, batched=True)
    check_batch(module, random_inputs(choices, module, images), images)


@pytest.mark.parametrize("seed", range(30))
def test_a_batch_through_a_long_program(seed: int) -> None:
    choices = Choices.seeded(seed)
    module = random_module(choices, batched=True, length=30)
    check_batch(module, random_inputs(choices, module, 3), 3)


def check_batch(module: ModuleOp, inputs: list[Array], images: int) -> None:
    """Float sums may differ, as numpy may add a batch in another order than one image."""
    together = run_checked(module, inputs)
    alone = [run_checked(module, [x[at : at + 1] for x in inputs]) for at in range(images)]
    for result, *parts in zip(together, *alone, strict=True):
        expected = np.concatenate(parts)
        if result.dtype.kind == "f":
            np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4)
        elif len(result) == images:
            np.testing.assert_array_equal(result, expected)


TOUCHES_THE_BATCH = {
    "softmax": "qnn.softmax %x axis = 0 : (tensor<1x4xf32>) -> tensor<1x4xf32>",
    "arg_max": "qnn.arg_max %x axis = 0 : (tensor<1x4xf32>) -> tensor<4xui1>",
    "concat": "qnn.concat %x, %x axis = 0 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<2x4xf32>",
    "split": "qnn.split %x sizes = [1] axis = 0 : (tensor<1x4xf32>) -> tensor<1x4xf32>",
    "slice": "qnn.slice %x starts = [0, 0] ends = [1, 4] steps = [2, 1] "
    ": (tensor<1x4xf32>) -> tensor<1x4xf32>",
    "pad": "qnn.pad %x low = [1, 0] high = [0, 0] : (tensor<1x4xf32>) -> tensor<2x4xf32>",
    "resize": "qnn.resize %x scales = [2, 1] : (tensor<1x4xf32>) -> tensor<2x4xf32>",
    "transpose": "qnn.transpose %x order = [1, 0] : (tensor<1x4xf32>) -> tensor<4x1xf32>",
    "reshape": "qnn.reshape %x : (tensor<1x4xf32>) -> tensor<2x2xf32>",
    "flatten": "qnn.reshape %x : (tensor<1x4xf32>) -> tensor<4xf32>",
    "add": "qnn.add %x, %rows : (tensor<1x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>",
    "mul": "qnn.mul %x, %row : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>",
}


@pytest.mark.parametrize("name", TOUCHES_THE_BATCH)
def test_an_op_that_touches_the_batch_gives_no_wrong_numbers(name: str) -> None:
    """A batch must give the results of its images run one by one, or be refused."""
    line = TOUCHES_THE_BATCH[name]
    result = line.rpartition("-> ")[2]
    module = read_module(
        f"""
        func.func @main(%x: tensor<1x4xf32>) -> {result} {{
          %row = qnn.constant [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>
          %rows = qnn.constant [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0],
                                [9.0, 1.0, 2.0, 3.0]] : tensor<3x4xf32>
          %y = {line}
          func.return %y : {result}
        }}
        """
    )
    images = np.arange(12, dtype=np.float32).reshape(3, 4) % 5
    alone = np.concatenate([run(module, [image[None]])[0] for image in images])
    try:
        (together,) = run(module, [images])
    except InterpretationError:
        return
    np.testing.assert_array_equal(together, alone)


COMPUTED_PARAMETERS = {
    "concat with a constant": (
        "tensor<1x2xsi4>",
        "%row = qnn.constant [[1, 2]] : tensor<1x2xsi4>\n"
        "%y = qnn.concat %x, %row axis = 1 : (tensor<1x2xsi4>, tensor<1x2xsi4>) -> tensor<1x4xsi4>",
    ),
    "a computed scale": (
        "tensor<1xf32>",
        "%ints = qnn.constant [[1, 2]] : tensor<1x2xsi4>\n"
        "%y = qnn.dequantize %ints, %x : (tensor<1x2xsi4>, tensor<1xf32>) -> tensor<1x2xf32>",
    ),
    "computed weights": (
        "tensor<1x2xf32>",
        "%row = qnn.constant [[1.0, 2.0]] : tensor<1x2xf32>\n"
        "%y = qnn.linear %row, %x : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>",
    ),
}


@pytest.mark.parametrize("name", COMPUTED_PARAMETERS)
def test_images_that_reach_a_parameter_run_one_by_one(name: str) -> None:
    """The parameter of an op has no axis of images, whatever its first axis is."""
    input_type, lines = COMPUTED_PARAMETERS[name]
    result = lines.rpartition("-> ")[2]
    module = read_module(
        f"func.func @main(%x: {input_type}) -> {result} {{ {lines}\n func.return %y : {result} }}"
    )
    shape = (3, *module_input_shape(module)[1:])
    images = np.arange(1, 1 + prod(shape)).reshape(shape)
    (together,) = run(module, [images])
    alone = np.concatenate([run(module, [image[None]])[0] for image in images])
    np.testing.assert_array_equal(together, alone)


def module_input_shape(module: ModuleOp) -> tuple[int, ...]:
    (input_type,) = entry_input_types(entry_of(module))
    return input_type.get_shape()


def test_an_op_that_does_not_promise_to_keep_images_apart_runs_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A new op is safe before its author has thought of batches."""
    counts: list[int] = []
    evaluate = ReluOp.evaluate

    def count_images(op: ReluOp, *args: Value) -> tuple[Value, ...]:
        counts.append(len(as_array(args[0])))
        return evaluate(op, *args)

    program = Program()
    module = program.finish(program.add(ReluOp(program.input(signed(4), (1, 2)))).output)
    images = np.arange(-3, 3).reshape(3, 2)
    monkeypatch.setattr(ReluOp, "evaluate", count_images)
    together = run(module, [images])[0]
    monkeypatch.setattr(ReluOp, "keeps_images_apart", QnnOp.keeps_images_apart)
    np.testing.assert_array_equal(run(module, [images])[0], together)
    assert counts == [3, 1, 1, 1]


def test_two_inputs_must_agree_on_how_many_images() -> None:
    """The error names the second input, and comes before anything runs."""
    program = Program()
    x, y = program.input(signed(4), (1, 2)), program.input(signed(4), (1, 2))
    module = program.finish(program.add(AddOp(x, y, signed(5))).output)
    with pytest.raises(InterpretationError, match="input 1"):
        run(module, [np.zeros((3, 2), np.int8), np.zeros((2, 2), np.int8)])


IMAGE = (1, 2, 2, 1)
TOO_NARROW: dict[str, Callable[[Program], QnnOp]] = {
    "conv2d": lambda p: Conv2dOp(p.input(signed(8), IMAGE), ones(p, (1, 2, 2, 1)), signed(3)),
    "conv_transpose2d": lambda p: ConvTranspose2dOp(
        p.input(signed(8), IMAGE), ones(p, (1, 2, 2, 1)), signed(3)
    ),
    "linear": lambda p: LinearOp(p.input(signed(8), (1, 4)), ones(p, (1, 4)), signed(3)),
    "add": lambda p: AddOp(p.input(signed(8), (1, 2)), p.input(signed(8), (1, 2)), signed(8)),
    "sub": lambda p: SubOp(p.constant([[0]], unsigned(1)), p.input(unsigned(8), (1, 1)), signed(8)),
    "mul": lambda p: MulOp(p.input(signed(8), (1, 2)), p.input(signed(8), (1, 2)), signed(8)),
    "relu": lambda p: ReluOp(p.input(signed(8), (1, 2)), unsigned(6)),
    "relu, bipolar": lambda p: ReluOp(p.input(TernaryType(), (1, 2)), BipolarType()),
    "sum_pool": lambda p: SumPoolOp(p.input(unsigned(8), IMAGE), (2, 2), element=unsigned(8)),
    "threshold": lambda p: ThresholdOp(
        p.input(unsigned(8), (1, 1)), p.constant([[1, 2, 3, 4]], unsigned(3)), unsigned(2)
    ),
    "threshold, offset": lambda p: ThresholdOp(
        p.input(unsigned(8), (1, 1)), p.constant([[1]], unsigned(3)), unsigned(8), 300
    ),
    "threshold, bipolar": lambda p: ThresholdOp(
        p.input(unsigned(8), (1, 1)), p.constant([[1, 2, 3]], unsigned(3)), BipolarType()
    ),
    "arg_max": lambda p: ArgMaxOp(p.constant([[0] * 9 + [1]], unsigned(1)), element=unsigned(3)),
    "top_k": lambda p: TopKOp(p.constant([[0] * 300 + [1]], unsigned(1)), 1, element=unsigned(8)),
}


def ones(program: Program, shape: tuple[int, ...]) -> SSAValue:
    return program.constant(np.ones(shape), unsigned(1))


@pytest.mark.parametrize("name", TOO_NARROW)
def test_a_value_out_of_a_result_s_type_is_an_error(name: str) -> None:
    """The verifier refuses these ops; evaluated without it, they raise and never wrap around."""
    program = Program()
    op = TOO_NARROW[name](program)
    args = list[Array]()
    for operand in op.operands:
        assert isinstance(operand.type, TensorType)
        element, shape = operand.type.element_type, operand.type.get_shape()
        owner = operand.owner
        if isinstance(owner, ConstantOp):
            args.append(owner.data.array)
        elif isinstance(element, IntegerType):
            high = value_range(element)[1]
            args.append(np.full(shape, high, dtype_of(element)))
        else:
            args.append(np.zeros(shape, np.int8))
    with pytest.raises(InterpretationError, match=f"{op.name}: value .* does not fit in"):
        op.evaluate(*args)


def test_an_engine_needs_a_design() -> None:
    """Without this error, numpy would compute everything and the engine nothing."""
    module = identity(unsigned(8), (1, 4))
    with pytest.raises(InterpretationError, match=r"no stream\.design for the engine to run"):
        run(module, [np.zeros((1, 4), np.uint8)], engine=lambda design, inputs: inputs)
