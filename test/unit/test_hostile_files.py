"""Files that others made to harm: bombs, sizes that lie, JSON and TOML that no tool wrote. Each is
one clear line, soon and in little memory. What the fuzzing found stands here, too."""

import gzip
import json
import resource
import struct
import subprocess
import sys
import tracemalloc
import warnings
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from qnn.frontends.errors import ImportFailure
from qnn.frontends.onnx import import_model
from qnn.hardware.resources.device import DeviceError, device_named
from qnn.passes.tile.folding_file import read_folding
from qnn.qdialect import archives
from qnn.qdialect.documents import parse_json, parse_toml
from qnn.qdialect.interpreter import run
from qnn.qdialect.text import TextError
from qnn.tools.arrays import array_of, load_array
from qnn.tools.errors import UserError
from qnn.tools.evaluate.datasets import image_decoder, load_images
from qnn.tools.explore.points import Points
from qnn.tools.folders import MANIFEST, build_folder
from qnn.tools.messages import report_errors
from qnn.tools.report.schema import EXPLORATION_SHAPE, read_fields
from qnn.training.errors import TrainingError
from qnn.training.recipe import Recipe
from support.benchmarks import benchmark
from support.program import read_module
from xdsl.utils.exceptions import InterpretationError, PassFailedException

MEMORY, SECONDS = 2 << 30, 10
"""Bytes and CPU seconds of a command."""

PIECES = 17
"""Pieces of 16 MiB in a file that unpacks to more than any small file may."""


def zeros(count: int) -> bytes:
    """A gzip file of `count` zeros, made of equal pieces."""
    piece = gzip.compress(bytes(1 << 24), mtime=0)
    return piece * (count >> 24)


def npz(path: Path, size: int) -> None:
    """An array of zeros in an archive."""
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({size},), }}\n".encode()
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("x.npy", "w") as x,
    ):
        x.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header)
        for _ in range(size >> 24):
            x.write(bytes(1 << 24))


def png(path: Path, side: int) -> None:
    """A picture that says how large it is, and holds next to nothing."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)),
        (b"IDAT", b"x"),
        (b"IEND", b""),
    ]
    chunks = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    ]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))


def petabytes(path: Path, outside: bool) -> None:
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1 << 25, 1 << 25])
    if outside:
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="data.bin")
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])],
        [onnx.ValueInfoProto(name="y")],
        [tensor],
    )
    path.write_bytes(helper.make_model(graph).SerializeToString())


def grown(path: Path, op: str) -> None:
    """A node that makes petabytes of a few numbers."""
    sizes = onnx.numpy_helper.from_array(np.int64([1 << 25, 1 << 25]), "n")
    one = onnx.numpy_helper.from_array(np.ones((1, 1), np.float32), "one")
    inputs = ["n"] if op == "ConstantOfShape" else ["one", "n"]
    graph = helper.make_graph(
        [helper.make_node(op, inputs, ["w"]), helper.make_node("Add", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])],
        [onnx.ValueInfoProto(name="y")],
        [sizes, one],
    )
    path.write_bytes(helper.make_model(graph).SerializeToString())


def bomb(path: Path, part: str) -> None:
    """A torch program with a part that decompresses beyond the limit."""
    corpus = benchmark("fuzz.kinds.pt2").CORPUS
    with zipfile.ZipFile(corpus) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            with new.open(name, "w") as file:
                file.write(old.read(name))
                if name.endswith(part):
                    for _ in range(PIECES):
                        file.write(b" " * (1 << 24))


Refused = Callable[..., str]
"""Runs a command with these arguments; returns its error."""


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


@pytest.fixture
def refused(commands: Path) -> Refused:
    """Runs a `qnn` that is limited to 2 GB of memory and 10 s, and must end with an error."""

    def error_of(*arguments: str | Path) -> str:
        command = [str(commands / "qnn"), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limited)
        assert done.returncode == 1, done.stderr
        assert "memory" not in done.stderr.lower() and "without a status" not in done.stderr
        return done.stderr

    return error_of


NETWORK = """\
func.func @main(%x: tensor<1x4xui8>) -> tensor<1x4xui8> {
  func.return %x : tensor<1x4xui8>
}
"""


@pytest.mark.parametrize(
    "text",
    [
        "tensor<9999999999x9999999999xui8>",
        f"tensor<{'9' * 50}xui8>",
        f"tensor<{'1x' * 5000}ui8>",
        "tensor<" * 10_000,
    ],
    ids=["sizes", "a size", "axes", "nesting"],
)
def test_shapes_that_nothing_holds(text: str, tmp_path: Path, refused: Refused) -> None:
    network = tmp_path / "net.mlir"
    network.write_text(NETWORK.replace("tensor<1x4xui8>", text))
    np.save(tmp_path / "x.npy", np.zeros((1, 4), np.uint8))
    for command in (
        ["run", network, "--input", tmp_path / "x.npy"],
        ["estimate", network, "--device", "z7020"],
    ):
        lines = refused(*command).splitlines()
        assert len(lines) <= 3 and all(len(line) < 1100 for line in lines)


@pytest.mark.parametrize("value", ["dense<0>", "0", "[0]", '"0x00"'])
def test_constants_that_nothing_holds(value: str, tmp_path: Path, refused: Refused) -> None:
    network = tmp_path / "net.mlir"
    kind = "tensor<1000000x1000000x1000000xui8>"
    network.write_text(
        f"func.func @main() {{\n  %w = qnn.constant {value} : {kind}\n  func.return\n}}\n"
    )
    assert len(refused("run", network).splitlines()) <= 3


@pytest.mark.parametrize("deep", ["[", "{a = ", '"test.op"() ({', "tensor<2x", "("])
def test_nesting(deep: str, tmp_path: Path, refused: Refused) -> None:
    (tmp_path / "net.mlir").write_text('"test.op"() {a = ' + deep * 100_000)
    assert len(refused("run", tmp_path / "net.mlir").splitlines()) <= 3


def test_arrays_that_unpack_beyond_the_limit(tmp_path: Path, refused: Refused) -> None:
    (tmp_path / "net.mlir").write_text(NETWORK)
    npz(tmp_path / "x.npz", PIECES << 24)
    told = refused("run", tmp_path / "net.mlir", "--input", tmp_path / "x.npz")
    assert "unpacks to more than an archive of its size should hold" in told


def test_an_archive_of_many_parts_counts_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MIN_CHECKED_BYTES", 1 << 25)
    npz(tmp_path / "x.npz", 1 << 24)
    assert load_array(f"{tmp_path}/x.npz:x").shape == (1 << 24,)


@pytest.mark.parametrize("part", ["model.json", "weight_0", "config.json"])
def test_a_program_that_unpacks_beyond_the_limit(
    part: str, tmp_path: Path, refused: Refused
) -> None:
    bomb(tmp_path / "net.pt2", part)
    assert len(refused("import", tmp_path / "net.pt2").splitlines()) == 1


@pytest.mark.parametrize("outside", [False, True])
def test_constants_of_petabytes(outside: bool, tmp_path: Path, refused: Refused) -> None:
    petabytes(tmp_path / "net.onnx", outside)
    assert "elements: the maximum is 4 GiB" in refused("import", tmp_path / "net.onnx")


@pytest.mark.parametrize("op", ["ConstantOfShape", "Expand", "Tile"])
def test_nodes_that_make_petabytes(op: str, tmp_path: Path, refused: Refused) -> None:
    grown(tmp_path / "net.onnx", op)
    assert len(refused("import", tmp_path / "net.onnx").splitlines()) == 1


@pytest.mark.parametrize("side", [9_500, 13_000, 60_000])
def test_pictures_that_unpack_to_gigabytes(side: int, tmp_path: Path, refused: Refused) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    png(folder / "a.png", side)
    (tmp_path / "net.mlir").write_text(NETWORK)
    options = ["--images", folder, "--labels", folder / "a.png"]
    assert "is not a readable image" in refused("eval", tmp_path / "net.mlir", *options)


def test_a_picture_with_a_part_of_gigabytes(tmp_path: Path) -> None:
    """Only the bytes in the file are read, and no memory for the announced rest is allocated."""
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "a.png"
    image.new("L", (4, 4), 7).save(path)
    data = path.read_bytes()
    start = data.index(b"IDAT")
    path.write_bytes(data[: start - 4] + b"\xff\xff\0\x0c" + data[start:])
    decode = image_decoder()
    tracemalloc.start()
    try:
        assert (decode(path) == 7).all()
        assert tracemalloc.get_traced_memory()[1] < 1 << 24
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\x08\3" + b"\xff" * 12,
        b"\0\0\x08\x40" + b"\0" * 256,
        b"\0\0\x08\2\0\0\0\0" + b"\xff" * 4 + b"\0",
        b"\0\0\x08\2\0\0",
    ],
)
def test_idx_files_that_lie(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "images").write_bytes(data)
    with pytest.raises(UserError, match="is not a complete idx file"):
        load_images(str(tmp_path / "images"))


def test_test_sets_that_unpack_beyond_the_limit(tmp_path: Path, refused: Refused) -> None:
    (tmp_path / "images").write_bytes(zeros(PIECES << 24))
    (tmp_path / "net.mlir").write_text(NETWORK)
    options = ["--images", tmp_path / "images", "--labels", tmp_path / "images"]
    assert "the limit for a file of its size" in refused("eval", tmp_path / "net.mlir", *options)


def header(
    descr: str = "'<f4'", order: str = "False", shape: str = "(2, 3)", more: str = ""
) -> bytes:
    """The beginning of a .npy file."""
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, {more}}}\n".encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (header("'|O'"), "its header does not describe"),
        (header("[('a', '<f4')]"), "its header does not describe"),
        (header("'<f3'"), "its type <f3 is not known"),
        (header(shape="(-1, 3)"), "its header does not describe"),
        (header(shape="(1e9,)"), "its header does not describe"),
        (header(shape="(9" + "9" * 5000 + ",)"), "its header does not describe"),
        (header(shape=f"({'1,' * 40})"), "it has 40 axes"),
        (header(shape="(1099511627776, 1099511627776)"), "it is cut off: its header announces"),
        (header(shape="(0, 4611686018427387904, 9)"), "its header does not describe"),
        (header("__import__('os').abort()"), "its header does not describe"),
        (header()[:9], "its header does not describe"),
        (b"\x93NUMPY\7\0\0\0", "it is not in the .npy format"),
        (b"\x80\4\x95", "it is not in the .npy format"),
        (b"", "it is not in the .npy format"),
    ],
)
def test_arrays_that_lie(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        array_of(data + bytes(24) if len(data) > 10 else data)


@pytest.mark.parametrize("dtype", ["u1", "i1", "<i8", ">i4", "<f2", "<f4", ">f8", "?", "<c8"])
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3, 4), (0, 2)])
def test_honest_arrays_are_read_as_numpy_does(
    dtype: str, version: tuple[int, int], shape: tuple[int, ...]
) -> None:
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    for given in (array, np.asfortranarray(array)):
        file = BytesIO()
        np.lib.format.write_array(file, given, version)
        found = array_of(file.getvalue())
        assert found.dtype == array.dtype
        np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NaN", "NaN is not a finite number"),
        ("[1e999]", "1e999 is not a finite number"),
        ("9" * 500, "is not a finite number"),
        ('{"a": 1, "a": 2}', "'a' is given twice"),
        ('"\\ud800"', "not valid Unicode"),
        ('{"\\ud800": 1}', "not valid Unicode"),
        ("[" * 100_000, "nests too deeply"),
        ('{"a":' * 100_000, "nests too deeply"),
        ("", "Expecting value"),
    ],
)
def test_json(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        parse_json(text)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a." * 20_000 + "b = 1", "line 1 has more than 1,000 characters"),
        ("x = 1\na = " + "[" * 2000, "line 2 has more than 1,000 characters"),
        ("a = [\n" * 1 + "[\n" * 100_000, "nests too deeply"),
    ],
)
def test_toml(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        parse_toml(text)
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(DeviceError, match=message):
        device_named(str(path))
    with pytest.raises(TrainingError, match=message):
        Recipe.read(str(path))


@pytest.mark.parametrize("key", ["method", "cdf"])
@pytest.mark.parametrize("value", [["uniq"], {}, 1979])
def test_recipes_of_other_types(key: str, value: object) -> None:
    given = {"method": "uniq", "weights": 4, "activations": 8, key: value}
    with pytest.raises(TrainingError, match=key):
        Recipe.of(given).layers_of(["a"])


def test_foldings(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text('{"a": {"pe": NaN}}')
    with pytest.raises(Exception, match=r"is not valid JSON: NaN is not a finite number"):
        read_folding(str(path))


@pytest.mark.parametrize(
    "use", [f"[{'9' * 350}, 1, 1, 1, 1, 1]", "[" * 50_000, "[NaN, 1, 1, 1, 1, 1]"]
)
def test_finished_points(use: str, tmp_path: Path) -> None:
    path = tmp_path / "points.jsonl"
    point = f'{{"interval": 9, "use": {use}, "dearer": 0.0, "least": 9}}'
    path.write_text(f'{{"key": "k", "point": {point}}}\n')
    with pytest.raises(UserError, match=r"points\.jsonl:1 is not a finished point"):
        Points(path)


@pytest.mark.parametrize(
    "curve",
    [
        {"front": 1},
        {"front": [{"fps": 1}]},
        {"front": [{"fps": 1, "utilisation": {"lut": "many"}}]},
        {"at_rate": {"fps": "1", "utilisation": {}}},
        {"front": [None]},
    ],
)
def test_what_was_explored(curve: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "explore.json"
    path.write_text(json.dumps({"curves": [{"device": "z7020", "clock_mhz": 100, **curve}]}))
    with pytest.raises(UserError, match="is not a file that this version of qnn wrote"):
        read_fields(path, EXPLORATION_SHAPE)


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "", ".", "link/a", "a\0b", "\udcff"])
def test_a_manifest_names_only_files_of_its_build(name: str, tmp_path: Path) -> None:
    mine, build = tmp_path / "mine", tmp_path / "build"
    mine.mkdir()
    (mine / "a").write_text("precious")
    build.mkdir()
    (build / "link").symlink_to(mine)
    (build / MANIFEST).write_text(f"{name}\n", errors="surrogateescape")
    with pytest.raises(UserError, match="cannot be a file of the build"), build_folder(str(build)):
        pass
    assert (mine / "a").read_text() == "precious"


def test_messages_are_fit_for_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise UserError("\x1b[31mred\u2028\u202e\0 " + "x" * 10_000)

    assert report_errors("qnn", fail) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable() and len(line) < 1100


def test_whole_numbers_out_of_range(tmp_path: Path, refused: Refused) -> None:
    model = benchmark("fuzz.kinds.onnx").by_qonnx()
    for tensor in model.graph.initializer:
        if tensor.name == "z":
            tensor.CopyFrom(onnx.numpy_helper.from_array(np.float32(1e30), "z"))
    onnx.save(model, tmp_path / "net.onnx")
    assert "which is out of range" in refused("import", tmp_path / "net.onnx")


@pytest.mark.parametrize("op", ["ConvTranspose", "Scan"])
def test_constants_for_which_shape_inference_crashes(
    op: str, tmp_path: Path, refused: Refused
) -> None:
    """Of too few axes, or without a body: onnx ends the process."""
    one_node = benchmark("fuzz.kinds.onnx").model_of
    node = helper.make_node(op, ["a", "b"], ["y"])
    constants = {"a": np.ones((2, 2, 3, 3), np.int32), "b": np.ones((8, 3), np.int8)}
    onnx.save(one_node([node], [1, 4], constants), tmp_path / "net.onnx")
    assert "all its inputs are constants" in refused("import", tmp_path / "net.onnx")


def test_weights_beyond_floats(tmp_path: Path, refused: Refused) -> None:
    """They are infinite, as in ONNX, and no tensor holds them here."""
    one_node = benchmark("fuzz.kinds.onnx").model_of
    weights = helper.make_node("DequantizeLinear", ["w", "s"], ["f"])
    nodes = [weights, helper.make_node("Add", ["x", "f"], ["y"])]
    constants = {"w": np.full(4, 100, np.int8), "s": np.array(3e38, np.float32)}
    onnx.save(one_node(nodes, [1, 4], constants), tmp_path / "net.onnx")
    told = refused("import", tmp_path / "net.onnx")
    assert "NaN or an infinite value" in told and "Warning" not in told


def test_constants_beyond_floats(tmp_path: Path, refused: Refused) -> None:
    """Of double precision."""
    one_node = benchmark("fuzz.kinds.onnx").model_of
    node = helper.make_node("Add", ["x", "a"], ["y"])
    onnx.save(one_node([node], [1, 4], {"a": np.full(4, 1e300)}), tmp_path / "net.onnx")
    told = refused("import", tmp_path / "net.onnx")
    assert "NaN or an infinite value" in told and "Warning" not in told


def test_the_mean_of_nothing() -> None:
    """A constant that is not a number, which is no matter of numpy's warnings."""
    one_node = benchmark("fuzz.kinds.onnx").model_of
    mean = helper.make_node("ReduceMean", ["a"], ["m"], keepdims=1)
    nodes = [mean, helper.make_node("Add", ["x", "m"], ["y"])]
    model = one_node(nodes, [1, 4], {"a": np.zeros((1, 0), np.float32)})
    with pytest.raises(ImportFailure, match="NaN or an infinite value"):
        import_model(model)


def test_a_constant_without_a_value(tmp_path: Path, refused: Refused) -> None:
    one_node = benchmark("fuzz.kinds.onnx").model_of
    node = helper.make_node("Constant", ["a"], ["y"])
    onnx.save(one_node([node], [1, 4], {"a": np.ones(4, np.float32)}), tmp_path / "net.onnx")
    assert "its constant result can't be computed" in refused("import", tmp_path / "net.onnx")


def test_a_limit_of_sixteen_bits() -> None:
    """Limits beyond the range of float16 are compared with a float16 limit, not converted to it."""
    one_node = benchmark("fuzz.kinds.onnx").model_of
    node = helper.make_node("Clip", ["x", "low"], ["y"])
    model = one_node([node], [1, 4], {"low": np.array(-2, np.float16)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "low = -2" in str(import_model(model))


def test_complex_constants(tmp_path: Path, refused: Refused) -> None:
    one_node = benchmark("fuzz.kinds.onnx").model_of
    node = helper.make_node("Add", ["x", "a"], ["y"])
    onnx.save(one_node([node], [1, 4], {"a": np.ones(4, np.complex64)}), tmp_path / "net.onnx")
    assert "complex numbers" in refused("import", tmp_path / "net.onnx")


def test_files_without_an_end(tmp_path: Path) -> None:
    """Devices under any name, where a file is read."""
    for name in ("d.toml", "f.json", "x.npy", "x.npz"):
        (tmp_path / name).symlink_to("/dev/zero")
    with pytest.raises(DeviceError, match="not a regular file"):
        device_named(str(tmp_path / "d.toml"))
    with pytest.raises(PassFailedException, match="not a regular file"):
        read_folding(str(tmp_path / "f.json"))
    for name in ("x.npy", "x.npz"):
        with pytest.raises(UserError, match="not a regular file"):
            load_array(str(tmp_path / name))


CALLS = """
func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {{
  %y = func.call @f0(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  func.return %y : tensor<1x4xf32>
}}
{0}
func.func @f{1}(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {{
  func.return %x : tensor<1x4xf32>
}}
"""
TWICE = """
func.func @f{0}(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {{
  %y = func.call @f{1}(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %z = func.call @f{1}(%y) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  func.return %z : tensor<1x4xf32>
}}"""
"""A function that calls the next one twice."""


@pytest.mark.parametrize(
    ("calls", "message"),
    [
        ([(n, n + 1) for n in range(20)], "a run would execute more than 200,000 ops"),
        ([(n, n + 1) for n in range(40)], "calls of functions are nested more than 32 deep"),
        ([(0, 0)], "@f0 calls itself: recursion is not supported"),
    ],
    ids=["bomb", "deep", "recursion"],
)
def test_calls_that_never_end(calls: list[tuple[int, int]], message: str) -> None:
    text = CALLS.format("".join(TWICE.format(*call) for call in calls), len(calls))
    module = read_module(text)
    with pytest.raises(InterpretationError, match=message):
        run(module, [np.zeros((1, 4), np.float32)])


def test_a_module_of_too_many_ops() -> None:
    text = CALLS.format("", 0).replace("  func.return", "  func.return\n" * 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qnn.qdialect.text.MAX_OPS", 3)
        with pytest.raises(TextError, match="a module has at most 3 ops"):
            read_module(text)


@pytest.mark.parametrize(
    "window",
    ["pads = [50000, 50000, 50000, 50000]", "strides = [10000000, 1]", "pads = [0, 0, 0, 9999999]"],
)
def test_windows_beyond_any_image(window: str) -> None:
    side = 100004 if "50000" in window else 4
    with pytest.raises(TextError, match="too large"):
        read_module(
            f"""
func.func @main(%x: tensor<1x4x4x2xui2>) -> tensor<1x{side}x{side}x1xsi16> {{
  %w = qnn.constant [[[[1, -1]]]] : tensor<1x1x1x2xsi2>
  %y = qnn.conv2d %x, %w {window} : (tensor<1x4x4x2xui2>, tensor<1x1x1x2xsi2>)
    -> tensor<1x{side}x{side}x1xsi16>
  func.return %y : tensor<1x{side}x{side}x1xsi16>
}}"""
        )


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (
            helper.make_node("Resize", ["c", "", "s"], ["r"], mode="linear"),
            "its constant result would have 16000000 elements: the maximum is 65536",
        ),
        (helper.make_node("RegexFullMatch", ["t"], ["r"], pattern="a"), "constant result can't be"),
    ],
    ids=["slow", "not installed"],
)
def test_constants_that_the_reference_cannot_compute(
    node: onnx.NodeProto, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    constants = [
        helper.make_tensor("c", TensorProto.FLOAT, [1, 1, 4, 4], [1.0] * 16),
        helper.make_tensor("s", TensorProto.FLOAT, [4], [1, 1, 1e3, 1e3]),
        helper.make_tensor("t", TensorProto.STRING, [1], [b"a"]),
    ]
    result = helper.make_tensor_value_info("r", TensorProto.FLOAT, None)
    graph = helper.make_graph([node], "g", [], [result], constants)
    with pytest.raises(ImportFailure, match=message):
        import_model(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)]))


@pytest.mark.parametrize(
    ("closed", "command"),
    [
        (">&-", "qnn devices"),
        (">&- 2>&-", "qnn-opt net.mlir"),
        ("| true", "qnn --help"),
        *(
            pytest.param(closed, command, marks=pytest.mark.slow)
            for closed in (">&-", ">&- 2>&-", "| true")
            for command in ("qnn devices", "qnn --help", "qnn-opt net.mlir")
        ),
    ],
)
def test_a_closed_output(closed: str, command: str, tmp_path: Path) -> None:
    (tmp_path / "net.mlir").write_text("builtin.module {}")
    tools = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-c", f"{tools}/{command} {closed}"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 1, done.stderr
