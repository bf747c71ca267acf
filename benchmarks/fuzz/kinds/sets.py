"""Test sets: `qnn eval --images FILE --labels FILE`, as idx files, files of CIFAR-10, or images."""

import gzip
import random
import struct
import zlib
from io import BytesIO
from pathlib import Path

from PIL import Image
from qnn.qdialect.types import QnnTensor, unsigned
from qnn.tools.evaluate.datasets import load_images, load_labels
from qnn.tools.evaluate.pixels import Pixels
from xdsl.dialects.builtin import TensorType

from ..damage import damaged_bytes
from ..kind import Kind, outcome_of

SIZES = (0, 1, 2, 4, 28, 255, 65536, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)
FORMATS = ("PNG", "BMP", "GIF", "JPEG", "TIFF", "PPM", "WEBP", "ICO", "TGA")
MODES = ("L", "RGB", "RGBA", "1", "P", "CMYK", "I;16", "LA", "F")


class Cases(Kind):
    suffix = ".set"

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.type: QnnTensor = TensorType(unsigned(8), (1, 4, 4, 1))
        (folder / "images").mkdir()

    def case(self, rng: random.Random) -> bytes:
        way = rng.random()
        if way < 0.4:
            data = image(rng)
        elif way < 0.8:
            data = idx(rng)
        else:
            data = rng.randbytes(3073 * rng.choice((1, 2)) - rng.choice((0, 0, 1)))
        if rng.random() < 0.4:
            data = damaged_bytes(rng, data)
        if rng.random() < 0.1:
            data = gzip.compress(data, mtime=0)
            data = damaged_bytes(rng, data) if rng.random() < 0.5 else data
        return data

    def check(self, case: bytes) -> str:
        place = self.write_case(case)
        picture = not case.startswith((b"\0\0", b"\x1f\x8b")) and len(case) % 3073
        if picture:
            self.write_case(case, "images/a.png")
            place = str(self.folder / "images")

        def command() -> None:
            images, _ = load_images(place)
            if len(images):
                Pixels((1.0, 255.0), 0.5).prepared(images[:2], self.type)

        ending = outcome_of(command)
        if not picture:
            outcome_of(lambda: load_labels(place))
        return ending


def idx(rng: random.Random) -> bytes:
    """An idx file; its header may have wrong sizes."""
    shape = [rng.choice((1, 2, 4)) for _ in range(rng.choice((1, 3, 3, 4, 0)))]
    data = rng.randbytes(16 * len(shape))
    said = [rng.choice(SIZES) if rng.random() < 0.3 else size for size in shape]
    axes = len(shape) if rng.random() < 0.9 else rng.choice((0, 5, 33, 64, 255))
    size = 1
    for each in shape:
        size *= each
    head = bytes((0, 0, rng.choice((8, 8, 8, 8, 9, 13, 0)), axes))
    return head + b"".join(struct.pack(">I", each) for each in said) + data[:size]


def image(rng: random.Random) -> bytes:
    """An image; the header of a PNG may have a wrong size."""
    file = BytesIO()
    size = rng.choice(((4, 4), (4, 4), (1, 1), (5, 3)))
    try:
        Image.new(rng.choice(MODES), size).save(file, rng.choice(FORMATS))
    except (OSError, ValueError, KeyError):
        file = BytesIO()
        Image.new("L", size).save(file, "PNG")
    data = file.getvalue()
    if data[1:4] == b"PNG" and rng.random() < 0.4:
        head = b"IHDR" + struct.pack(">II", rng.choice(SIZES), rng.choice(SIZES)) + data[24:29]
        data = data[:12] + head + struct.pack(">I", zlib.crc32(head)) + data[33:]
    return data
