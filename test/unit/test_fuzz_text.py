"""A sample of the text fuzzer: the only reaction to damaged text is one error message."""

import pytest
from qnn.qdialect.text import TextError
from support.benchmarks import FOLDER, benchmark
from xdsl.dialects.builtin import BytesAttr, StringAttr

fuzz = benchmark("fuzz.kinds.text")
TEXTS: list[str] = fuzz.corpus([FOLDER])


def test_examples_are_valid_and_cover_every_op() -> None:
    for name in ("every_op", "every_process"):
        assert fuzz.check((FOLDER / f"{name}.mlir").read_text()) == "accepted"
    assert fuzz.missing_ops(TEXTS) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("²", "1:1: unexpected character ²"),
        ('"never closed', "1:1: End of file reached before closing string literal."),
        ('"test.op"() {a = 0x' + "F" * 5000, "1:18: a number has at most 40 digits"),
        ('"test.op"() {a = 0 : i999999999} : () -> ()', "1:22: integers must have 1 to 64 bits"),
        ('"test.op"() {a = 0.5 : f80} : () -> ()', "1:24: f80 is not supported: use f32 or f64"),
        ('"test.op"() {a = 1.0e+300 : f16} : () -> ()', "1:1: a number is out of range"),
        ('"test.op"() {a = dense<1> : tensor<9xi8>} : () -> ()', "1:18: write qnn.constant with"),
        ("#a = [1]\n#b = [#a, #a]", "2:7: undefined symbol alias '#a'"),
        ("!a = i1\n!a = i1", "2:1: this alias is already defined"),
        ("{-# x: {} #-}", "1:1: write constant data as qnn.data"),
        (
            '"test.op"() ({ "test.termop"(%z) : (i1) -> () }, '
            '{ %z = "test.op"() : () -> i1 }) : () -> ()',
            "1:16: test.termop: %z is used before it is defined",
        ),
        (
            "qnn.data @a [1] : tensor<1xui1>\nqnn.data @a [1] : tensor<1xui1>",
            '2:1: qnn.data: redefinition of symbol "a"',
        ),
        (
            '"func.func"() <{sym_name = "f", sym_visibility = "my own", function_type = () -> ()}> '
            "({}) : () -> ()",
            '1:1: func.func: unknown visibility "my own": use public, private, nested',
        ),
        (f'qnn.data @a "0x01" : tensor<{"1x" * 33}ui1>', "1:13: a constant has at most 32"),
    ],
)
def test_one_clear_message(text: str, message: str) -> None:
    with pytest.raises(TextError) as error:
        fuzz.read(text)
    assert str(error.value).startswith(f"case.mlir:{message}")
    assert fuzz.check(text) == "refused" or "out of range" in message


def test_deep_nesting_is_refused() -> None:
    for deep in ("[", "{a = ", "tuple<", "() -> (", '"test.op"() ({'):
        with pytest.raises(TextError, match="this nests too deeply"):
            fuzz.read('"test.op"() {a = ' * (deep[0] != '"') + deep * 5000)


def test_names_in_any_language_round_trip() -> None:
    text = '"test.op"() {layer = "Größe \\22卷积\\22", bytes = "\\FF"} : () -> ()'
    (op,) = fuzz.read(text).ops
    assert op.attributes["layer"] == StringAttr('Größe "卷积"')
    assert op.attributes["bytes"] == BytesAttr(b"\xff")
    assert fuzz.check(text) == "accepted"
