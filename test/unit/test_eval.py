"""`qnn eval` and `qnn run --engine native`: accuracy, test sets, and errors."""

import gzip
import json
import os
import re
import signal
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import Any

import numpy as np
import pytest
from qnn.backends.engine import Engine
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import run
from qnn.qdialect.qnn.elementwise import AddOp, DivOp, MulOp, SubOp
from qnn.qdialect.qnn.layout import ReshapeOp, TransposeOp
from qnn.qdialect.qnn.linear import LinearOp
from qnn.qdialect.qnn.quantization import QuantizeOp
from qnn.qdialect.types import BipolarType, signed, unsigned
from qnn.tools.errors import UserError
from qnn.tools.evaluate import evaluate
from qnn.tools.evaluate.datasets import CIFAR_RECORD_BYTES, load_images, load_labels
from qnn.tools.evaluate.pixels import Pixels
from qnn.tools.pools import Pool
from qnn.tools.qnn import main
from qnn.tools.saturation import InputSaturation
from qnn.tools.tables import three_digits
from support.cluster import DASK, cluster
from support.program import Program, print_module
from xdsl.dialects.builtin import ModuleOp, TensorType, f32

RNG = np.random.default_rng(3)
IMAGES = RNG.integers(0, 255, (30, 4, 5, 3), np.uint8, endpoint=True)


def network(seed: int = 0, classes: int = 7) -> ModuleOp:
    """A network of one layer for images of 4x5 pixels with three channels, channels first."""
    program = Program()
    x = program.input(signed(8), (1, 3, 4, 5))
    x = program.add(TransposeOp(x, [0, 2, 3, 1])).output
    x = program.add(ReshapeOp(x, (1, 60))).output
    weights = np.random.default_rng(seed).integers(-8, 8, (classes, 60))
    w = program.constant(weights, signed(4), "w")
    return program.finish(program.add(LinearOp(x, w, signed(18))).output)


def saved(module: ModuleOp, path: Path) -> str:
    path.write_text(print_module(module))
    return str(path)


def scores(module: ModuleOp) -> Array:
    pixels = (IMAGES.astype(np.int16) - 128).astype(np.int8).transpose(0, 3, 1, 2)
    return run(module, [pixels])[0]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A network, its images, and labels of which two thirds are what the network predicts."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    module = network()
    labels = scores(module).argmax(1)
    labels[::3] = (labels[::3] + 1) % 7
    np.savez(tmp_path / "data.npz", x=IMAGES, y=labels)
    data = str(tmp_path / "data.npz")
    net = saved(module, tmp_path / "net.mlir")
    return [net, "--images", f"{data}:x", "--labels", f"{data}:y", "--offset", "-128"]


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["eval", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def error_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main([*arguments]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize("engine", ["reference", "native"])
def test_counts(files: list[str], engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = evaluated(capsys, *files, "--engine", engine)
    assert (found["images"], found["correct"], found["engine"]) == (30, 20, engine)
    assert found["top1"] == 20 / 30
    labels = load_labels(files[4])
    ranks = np.argsort(-scores(network()), 1, kind="stable")[:, :5]
    assert found["top5"] == (ranks == labels[:, None]).any(1).mean()
    assert found["seconds"] > 0
    assert found["images_per_second"] == pytest.approx(30 / found["seconds"])
    table = np.zeros((7, 7), int)
    for a, b, n in found["confusion"]:
        table[a, b] = n
    np.testing.assert_array_equal(table.sum(1), np.bincount(labels, minlength=7))
    assert table.trace() == 20


def test_numbers_of_three_digits_have_no_exponent() -> None:
    """Those of a simulation, too, which may need seconds for an image."""
    numbers = [three_digits(number) for number in (1507.4, 0.6634, 99.96, 0.0, 2_345_678.0)]
    assert numbers == ["1,510", "0.663", "100", "0", "2,350,000"]


def test_tables(files: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    other = saved(network(seed=1), tmp_path / "other.mlir")
    files = [*files, "--engine", "reference"]
    assert main(["eval", *files, "--compare", other]) == 0
    lines = capsys.readouterr().out.splitlines()
    time = r"30 images in [\d,.]+ s: [\d,.]+ ms per image, [\d,.]+ images/s, engine reference"
    assert re.fullmatch(time, lines[0])
    assert lines[1].startswith("20 correct: top-1 66.67%, top-5 ")
    assert lines[3].split() == ["class", *"0123456"]
    different = np.flatnonzero(scores(network()).argmax(1) != scores(network(1)).argmax(1))
    listed = ", ".join(map(str, different[:20])) + ", ..." * (len(different) > 20)
    assert f"{len(different)} images classified differently by {other}: {listed}" in lines
    found = evaluated(capsys, *files, "--compare", other)
    assert found["differ"] == different.tolist()
    assert found["compared_correct"] == int(
        (scores(network(1)).argmax(1) == load_labels(files[4])).sum()
    )


def test_many_classes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A list of errors instead of a matrix; the network has one more class, before class 0."""
    net = saved(network(classes=40), tmp_path / "net.mlir")
    np.save(tmp_path / "x.npy", IMAGES)
    classes = scores(network(classes=40)).argmax(1)
    np.save(tmp_path / "y.npy", np.abs(classes - 1)[:, None])
    files = [net, "--images", str(tmp_path / "x.npy"), "--labels", str(tmp_path / "y.npy")]
    more = ["--offset", "-128", "--engine", "reference", "--first-class", "1"]
    assert main(["eval", *files, *more]) == 0
    out = capsys.readouterr().out
    assert f"{(classes > 0).sum()} correct" in out and "predicted" in out


def test_batches_may_finish_in_any_order(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(evaluate, "BATCH_SIZE", 7)
    in_order = evaluate.local_work

    def reversed_work(engine: Engine) -> evaluate.Work:
        return lambda batches: reversed(list(in_order(engine)(batches)))

    monkeypatch.setattr(evaluate, "local_work", reversed_work)
    assert evaluated(capsys, *files, "--engine", "reference")["correct"] == 20


def test_scores_of_64_bits_are_ranked_exactly() -> None:
    """Of equal scores the first class is best; doubles could not tell the others apart."""
    most = np.iinfo(np.int64).max
    rows = np.array([[most - 1, most, 5, most, -most - 1, most - 2]])
    for dtype in (np.int64, np.uint64):
        ranks = evaluate.ranked(lambda _, dtype=dtype: [rows.clip(0).astype(dtype)], rows)
        assert ranks.tolist() == [[1, 3, 0, 5, 2]]
    ranks = evaluate.ranked(lambda _: [rows], rows)
    assert ranks.tolist() == [[1, 3, 0, 5, 2]]


def test_the_engines_of_all_workers_are_reported(
    files: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The second of two batches is computed by a worker without a compiler."""

    @contextmanager
    def pool(_: str) -> Generator[Pool]:
        with ThreadPoolExecutor(1) as executor:
            yield Pool(executor, lambda shared: shared, lambda: None)

    cached = evaluate.engine_of

    def engine_of(task: evaluate.Task) -> Engine:
        found = cached(task)
        cached.cache_clear()
        monkeypatch.setenv("PATH", str(tmp_path))
        return found

    monkeypatch.setattr(evaluate, "BATCH_SIZE", 15)
    monkeypatch.setattr(evaluate, "pool_at", pool)
    monkeypatch.setattr(evaluate, "engine_of", engine_of)
    remote = [*files, "--scheduler", "tcp://localhost:1", "--engine", "native"]
    found = evaluated(capsys, *remote)
    assert (found["engine"], found["correct"]) == ("native and reference", 20)
    assert evaluated(capsys, *remote)["engine"] == "reference"


def test_without_a_compiler(
    files: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["eval", *files, "--json"]) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert (found["engine"], found["correct"]) == ("reference", 20)
    assert printed.err.splitlines() == [
        "qnn: no C++ compiler found: install g++ or clang++; "
        "the interpreter runs the network instead"
    ]


def test_run_native(files: list[str], tmp_path: Path) -> None:
    x = np.transpose(IMAGES, (0, 3, 1, 2)).astype(np.int8)
    np.save(tmp_path / "in.npy", x)
    out = tmp_path / "out.npy"
    arguments = [files[0], "--input", str(tmp_path / "in.npy"), "-o", str(out)]
    assert main(["run", *arguments, "--engine", "native"]) == 0
    np.testing.assert_array_equal(np.load(out), run(network(), [x])[0])


def test_pixels_outside_the_input_type() -> None:
    x = np.array([[[[0, 255]]]], np.uint8)
    with pytest.raises(UserError, match=r"0 to 255, .* si8 .* -128 to 127: .* --offset -128"):
        Pixels().prepared(x, TensorType(signed(8), (1, 1, 1, 2)))
    with pytest.raises(UserError, match="convert them with --scale A/B and --offset X"):
        Pixels().prepared(x, TensorType(signed(4), (1, 1, 1, 2)))
    assert (Pixels().prepared(x, TensorType(unsigned(8), (1, 1, 1, 2))) == x).all()


def test_what_is_error_of(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net, _, images, _, labels, *_ = files
    eval_ = ["eval", net, "--engine", "reference"]
    line = error_of(capsys, *eval_, "--images", images)
    assert line == "qnn: eval needs --labels or --compare"
    np.save(tmp_path / "y.npy", np.zeros(29, int))
    line = error_of(capsys, *eval_, "--images", images, "--labels", str(tmp_path / "y.npy"))
    assert line.startswith(f"qnn: {images} has 30 images, but {tmp_path / 'y.npy'} has 29 labels")
    both = ["--images", images, "--labels", labels]
    line = error_of(capsys, *eval_, *both)
    assert re.fullmatch(
        r"qnn: the pixels range from \d+ to \d+, .*: convert them with --offset -128", line
    )
    np.save(tmp_path / "nan.npy", np.full((30, 3, 4, 5), np.nan))
    line = error_of(capsys, *eval_, "--images", str(tmp_path / "nan.npy"), "--labels", labels)
    start = f"qnn: input 0 from {tmp_path / 'nan.npy'}: si8 holds whole numbers only: give the"
    assert line.startswith(start)
    np.save(tmp_path / "size.npy", np.zeros((30, 4, 4, 3), np.uint8))
    line = error_of(capsys, *eval_, "--images", str(tmp_path / "size.npy"), "--labels", labels)
    file = tmp_path / "size.npy"
    assert (
        line == f"qnn: {file}: the shape of an image is 4x4x3, but input 0 of the network is 3x4x5"
    )
    np.save(tmp_path / "y.npy", np.zeros(30))
    line = error_of(capsys, *eval_, "--images", images, "--labels", str(tmp_path / "y.npy"))
    assert line.endswith("y.npy: labels must be whole numbers from 0 on, one per image")
    np.save(tmp_path / "y.npy", np.full(30, 1 << 63, np.uint64))
    line = error_of(capsys, *eval_, "--images", images, "--labels", str(tmp_path / "y.npy"))
    assert line.endswith("y.npy: the label 9223372036854775808 does not fit in 64 bits with sign")
    np.save(tmp_path / "y.npy", [0] * 29 + [99])
    line = error_of(capsys, *eval_, "--images", images, "--labels", str(tmp_path / "y.npy"))
    assert line.startswith(
        f"qnn: image 29 has class 99, but {eval_[1]} has the classes 0 to 6: --first-class"
    )
    for first in (1 << 63, (1 << 63) - 1, -(1 << 63) - 1, 1 << 70):
        line = error_of(capsys, *eval_, *both, "--first-class", str(first))
        assert line == f"qnn: --first-class {first}: the class numbers no longer fit in 64 bits"
    np.save(tmp_path / "none.npy", np.zeros((0, 4, 5, 3), np.uint8))
    np.save(tmp_path / "y.npy", np.zeros(0, int))
    none = ["--images", str(tmp_path / "none.npy"), "--labels", str(tmp_path / "y.npy")]
    for first in ("0", str(1 << 70)):
        line = error_of(capsys, *eval_, *none, "--first-class", first)
        assert line == "qnn: the test set has no images"
    with pytest.raises(SystemExit) as stopped:
        main([*eval_, *both, "--scale", "1/0"])
    assert stopped.value.code == 2


# Test sets


def idx(array: Array) -> bytes:
    shape = np.array(array.shape, ">u4").tobytes()
    return bytes([0, 0, 8, array.ndim]) + shape + array.astype(np.uint8).tobytes()


def test_idx(tmp_path: Path) -> None:
    images, path = IMAGES[..., 0], tmp_path / "images"
    for data in (idx(images), gzip.compress(idx(images))):
        path.write_bytes(data)
        np.testing.assert_array_equal(load_images(str(path))[0], images)
    path.write_bytes(idx(np.arange(30)))
    assert load_labels(str(path)).tolist() == list(range(30))


@pytest.mark.parametrize(
    "data",
    [idx(IMAGES)[:-1], idx(IMAGES) + b"x", b"\0\0\x08", b"\0\0\x08\0", b"\0\0\x08\xff\0\0\0\1"],
)
def test_damaged_idx(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "images"
    path.write_bytes(data)
    with pytest.raises(UserError, match="is not a complete idx file"):
        load_images(str(path))
    path.write_bytes(gzip.compress(data)[:-3])
    with pytest.raises(UserError, match="cannot be decompressed"):
        load_images(str(path))


def test_cifar(tmp_path: Path) -> None:
    path = tmp_path / "test_batch.bin"
    records = RNG.integers(0, 10, (4, CIFAR_RECORD_BYTES), np.uint8)
    path.write_bytes(records.tobytes())
    images, labels = load_images(str(path))
    assert labels is not None and labels.tolist() == records[:, 0].tolist()
    assert images.shape == (4, 32, 32, 3)
    np.testing.assert_array_equal(images[2, :, :, 1].reshape(-1), records[2, 1025:2049])
    path.write_bytes(records.tobytes()[1:])
    with pytest.raises(UserError, match="is not a test set: it must be"):
        load_images(str(path))


def test_folder(tmp_path: Path) -> None:
    pillow = pytest.importorskip("PIL.Image")
    for number, image in enumerate(IMAGES[:6]):
        folder = tmp_path / ("cat", "dog")[number % 2]
        folder.mkdir(exist_ok=True)
        pillow.fromarray(image).save(folder / f"{number}.png")
    images, labels = load_images(str(tmp_path))
    assert labels is not None and labels.tolist() == [0, 0, 0, 1, 1, 1]
    np.testing.assert_array_equal(images, IMAGES[[0, 2, 4, 1, 3, 5]])
    images, labels = load_images(str(tmp_path / "cat"))
    assert labels is None and len(images) == 3
    pillow.fromarray(IMAGES[0, :2]).save(tmp_path / "cat" / "small.png")
    with pytest.raises(UserError, match="the same size, not 2x5x3, 4x5x3"):
        load_images(str(tmp_path))
    (tmp_path / "cat" / "small.png").write_text("no image")
    with pytest.raises(UserError, match="is not a readable image"):
        load_images(str(tmp_path))


def test_pixels() -> None:
    """CNV's conversion, MNIST's to one bit, and floats as the training framework divides them."""
    x = np.arange(256, dtype=np.uint8).reshape(1, 256)
    cnv = np.clip(np.floor((x / 255.0 * 2 - 1) * 128 + 0.5), -128, 127)
    byte = TensorType(signed(8), (1, 256))
    for images in (x, x.astype(np.int32)):
        pixels = Pixels((256.0, 255.0), -128.0)
        np.testing.assert_array_equal(pixels.prepared(images, byte), cnv)
        bits = Pixels(None, -128.0).prepared(images, TensorType(BipolarType(), (1, 256)))
        np.testing.assert_array_equal(bits, np.where(x >= 128, 1, -1))
        floats = Pixels((1.0, 255.0)).prepared(images, TensorType(f32, (1, 1, 16, 16)))
        np.testing.assert_array_equal(floats.reshape(1, -1), (x / 255.0).astype(np.float32))
    halves = Pixels((1.0, 2.0), -2.0).prepared(x[:, :6], TensorType(signed(8), (1, 6)))
    assert halves.tolist() == [[-2, -1, -1, 0, 0, 1]]
    as_is = Pixels().prepared(x, TensorType(unsigned(8), (1, 256)))
    assert as_is is x


@pytest.mark.parametrize("pixel", [np.nan, np.inf])
def test_infinite_pixels_are_refused(pixel: float) -> None:
    """NaN and infinity cannot be rounded to an integer."""
    images = np.array([[0.0, pixel]])
    with pytest.raises(UserError, match="a scaled pixel is NaN or infinite"):
        Pixels(None, -128.0).prepared(images, TensorType(signed(8), (1, 2)))


def test_complex_pixels_are_left_to_the_network() -> None:
    """The network refuses them, as it does without scaling."""
    images = np.zeros((3, 2), complex)
    assert Pixels(None, -128.0).prepared(images, TensorType(signed(8), (1, 2))) is images


@DASK
@pytest.mark.slow
def test_a_killed_worker_loses_no_image(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """None counts twice either."""
    monkeypatch.setattr(evaluate, "BATCH_SIZE", 1)
    alone = evaluated(capsys, *files, "--engine", "reference")
    with cluster() as (address, _, workers):
        killed: list[int] = []
        wait = evaluate.wait

        def watched(*given: Any) -> Any:
            found = wait(*given)
            if found.done and not killed:
                os.kill(workers[0].pid, signal.SIGKILL)
                killed.append(workers[0].wait())
                time.sleep(0.2)
            return found

        monkeypatch.setattr(evaluate, "wait", watched)
        found = evaluated(capsys, *files, "--engine", "reference", "--scheduler", address)
    assert killed == [-signal.SIGKILL]
    for field in ("images", "correct", "top5", "confusion"):
        assert found[field] == alone[field]


@DASK
@pytest.mark.slow
def test_a_worker_that_stops_answering(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Others do its work, as if it were killed."""
    monkeypatch.setattr(evaluate, "BATCH_SIZE", 1)
    monkeypatch.setattr("qnn.tools.pools.SILENT_CHECKS", 15)
    alone = evaluated(capsys, *files, "--engine", "reference")
    with cluster() as (address, _, workers):
        wait = evaluate.wait

        def watched(*given: Any) -> Any:
            found = wait(*given)
            if found.done:
                os.kill(workers[0].pid, signal.SIGSTOP)
            return found

        monkeypatch.setattr(evaluate, "wait", watched)
        try:
            found = evaluated(capsys, *files, "--engine", "reference", "--scheduler", address)
        finally:
            workers[0].kill()
    for field in ("images", "correct", "top5", "confusion"):
        assert found[field] == alone[field]


@DASK
@pytest.mark.slow
def test_all_workers_die(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("qnn.tools.pools.NO_WORKERS_SECONDS", 2)
    with cluster() as (address, _, workers):
        for worker in workers:
            worker.kill()
            worker.wait()
        line = error_of(capsys, "eval", *files, "--engine", "reference", "--scheduler", address)
    assert line == f"qnn: the cluster at {address} has no workers"


@DASK
def test_no_cluster(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("qnn.tools.pools.CONNECT_SECONDS", 1)
    line = error_of(capsys, "eval", *files, "--engine", "reference", "--scheduler", "nowhere")
    assert (
        line
        == "qnn: 'nowhere' is not the address of a Dask scheduler, such as tcp://localhost:8786"
    )
    line = error_of(capsys, "eval", *files, "--engine", "reference", "--scheduler", "tcp://[::1]:1")
    assert line.startswith("qnn: no cluster answers at tcp://[::1]:1: ")


@DASK
def test_an_encrypted_cluster_needs_certificates(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with create_server(("127.0.0.1", 0)) as server:
        address = f"tls://127.0.0.1:{server.getsockname()[1]}"
        line = error_of(capsys, "eval", *files, "--engine", "reference", "--scheduler", address)
    assert line.startswith(f"qnn: {address} needs certificates: ")


def saturations(module: ModuleOp, x: Array) -> float | None:
    counts = InputSaturation(module)
    counts.count([x])
    return counts.share()


@pytest.mark.parametrize("first", [False, True])
def test_saturation_behind_a_normalization(first: bool) -> None:
    """The share of elements outside the range equals that of the quantizer's own results."""
    program = Program()
    x = program.input(f32, (1, 3, 4, 5))
    mean, factor = RNG.uniform(0, 1, (3, 1, 1)), np.array([[[4.0]], [[-3.0]], [[5.0]]])
    value = program.add(SubOp(x, program.constant(mean, f32))).output
    number = program.constant(factor, f32)
    order = (number, value) if first else (value, number)
    value = program.add(MulOp(*order)).output
    value = program.add(DivOp(value, program.constant(0.5, f32))).output
    value = program.add(AddOp(value, program.constant(0.25, f32))).output
    value = program.add(TransposeOp(value, [0, 2, 3, 1])).output
    scale = program.constant(0.01, f32)
    module = program.finish(program.add(QuantizeOp(value, scale, signed(8))).output)
    image = RNG.uniform(-0.2, 1.2, (9, 3, 4, 5)).astype(np.float32)
    real = ((image - mean) * factor / 0.5 + 0.25) / 0.01
    expected = np.mean((np.rint(real) < -128) | (np.rint(real) > 127))
    assert 0.3 < expected < 0.99
    assert saturations(module, image) == pytest.approx(expected)


def test_feature_maps_have_no_classes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = Program()
    net = saved(program.finish(program.input(signed(8), (1, 3, 4, 5))), tmp_path / "net.mlir")
    np.save(tmp_path / "x.npy", IMAGES // 2)
    images = ["--images", str(tmp_path / "x.npy"), "--engine", "reference"]
    assert main(["eval", net, "--compare", net, *images, "-q"]) == 0
    line = capsys.readouterr().err.splitlines()[0]
    assert line.startswith(f"qnn: warning: {net} computes 3x4x5 numbers for each image")


def test_images_with_channels_last_get_a_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net = saved(network(), tmp_path / "net.mlir")
    np.save(tmp_path / "x.npy", IMAGES)
    line = error_of(capsys, "run", net, "--input", str(tmp_path / "x.npy"))
    assert line.endswith("is expected; its channels are last: transpose it by (0, 3, 1, 2)")
