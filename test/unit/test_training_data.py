"""Reads MNIST files, and runs the example that trains on them."""

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from qnn.training import TrainingError
from qnn.training.idx import read_idx, read_mnist
from support.oracles import Array

ROOT = Path(__file__).parents[2]
RNG = np.random.default_rng(2)


def write_idx(path: Path, array: Array) -> None:
    sizes = np.array(array.shape, ">u4").tobytes()
    data = bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, count, ending in (("train", 40, ".gz"), ("t10k", 20, "")):
        images, labels = RNG.integers(0, 256, (count, 28, 28)), RNG.integers(0, 10, count)
        write_idx(tmp_path / f"{name}-images-idx3-ubyte{ending}", images)
        write_idx(tmp_path / f"{name}-labels-idx1-ubyte{ending}", labels)
    return tmp_path


def test_images_are_from_0_to_1(folder: Path) -> None:
    (images, labels), (others, _) = read_mnist(str(folder))
    assert images.shape == (40, 1, 28, 28) and others.shape == (20, 1, 28, 28)
    raw = read_idx(folder / "train-images-idx3-ubyte.gz")
    np.testing.assert_array_equal(images[:, 0], raw.astype(np.float32) / 255)
    np.testing.assert_array_equal(labels, read_idx(folder / "train-labels-idx1-ubyte.gz"))


def refused(folder: Path, message: str) -> None:
    with pytest.raises(TrainingError, match=message) as error:
        read_mnist(str(folder))
    assert "\n" not in str(error.value)


def test_invalid_files_are_refused(folder: Path) -> None:
    labels = folder / "t10k-labels-idx1-ubyte"
    write_idx(labels, RNG.integers(0, 10, 19))
    refused(folder, r"t10k has images of shape \(20, 28, 28\) and labels of shape \(19,\)")
    labels.write_bytes(labels.read_bytes()[:-1])
    refused(folder, r"idx1-ubyte has 18 bytes of data for the shape \(19,\)")
    for data in (b"P5 28 28", labels.read_bytes()[:6]):
        labels.write_bytes(data)
        refused(folder, "idx1-ubyte is not an idx file of unsigned bytes")
    labels.unlink()
    refused(folder, r"contains neither t10k-labels-idx1-ubyte nor t10k-labels-idx1-ubyte\.gz")
    damaged = folder / "train-images-idx3-ubyte.gz"
    damaged.write_bytes(damaged.read_bytes()[:99])
    refused(folder, r"train-images-idx3-ubyte\.gz: compressed file ended before")


@pytest.mark.slow
def test_example_trains_and_resumes(folder: Path) -> None:
    recipe, output = ROOT / "examples" / "recipe.toml", folder / "new" / "net.mlir"
    code = ROOT / "examples" / "mnist.py"
    options = ["--checkpoint", folder / "net.pt", "--floats", "1", "--last", "1", "-o", output]
    command = [sys.executable, code, folder, "--recipe", recipe, *options]
    first = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "float: " in first and "Progress(stage=3, epoch=1" in first
    text = output.read_text()
    assert "qnn.lookup" in text and text.startswith("builtin.module")
    again = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Progress" not in again and first.endswith(again) and output.read_text() == text
    recipe = folder / "missing.toml"
    command = [sys.executable, code, folder, "--recipe", recipe, *options]
    wrong = subprocess.run(command, capture_output=True, text=True)
    assert (wrong.returncode, wrong.stderr) == (1, f"mnist: {recipe}: no such file or directory\n")
