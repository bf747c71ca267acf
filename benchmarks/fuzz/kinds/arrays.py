"""Input arrays of a network: `qnn run net.mlir --input FILE`, as .npy or .npz."""

import json
import random
import struct
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from qnn.qdialect.dialects import new_context
from qnn.qdialect.interpreter import run
from qnn.qdialect.text import parse_module
from qnn.tools.arrays import load_array, save_arrays

from ..damage import damaged_bytes
from ..kind import Kind, outcome_of
from ..values import NAMES

NETWORKS = (
    "func.func @main(%x: tensor<1x2x3xui4>) -> tensor<1x3x2xui4> {\n"
    "  %y = qnn.transpose %x order = [0, 2, 1] : (tensor<1x2x3xui4>) -> tensor<1x3x2xui4>\n"
    "  func.return %y : tensor<1x3x2xui4>\n}",
    "func.func @main(%x: tensor<1x2x3xf32>) -> tensor<1x2x3xf32> {\n"
    "  %y = qnn.relu %x : (tensor<1x2x3xf32>) -> tensor<1x2x3xf32>\n"
    "  func.return %y : tensor<1x2x3xf32>\n}",
)

DESCRS = (
    *(
        "|u1",
        "|i1",
        "<i8",
        "<f4",
        "<f8",
        ">f4",
        "|b1",
        "<c16",
        "<U5",
        "|S3",
        "|O",
        "<M8[ns]",
        "<m8",
    ),
    *("|V0", "|V16", "<U0", "<f2", "<f16", "x", "", 5, None, "<U9999999999", "|S2147483647"),
    *([("a", "<f4")], [("a", "|O")], [("a", "<f4", (1 << 40,))], [], [("", "|u1")] * 3, ["|u1"]),
)
SHAPES = (
    *((1, 2, 3), (4, 2, 3), (2, 3), (1, 3, 2), (), (0,), (0, 2, 3), (6,), (1, 2, 3, 1), (-1, 2, 3)),
    *(
        (1 << 31, 2, 3),
        (1 << 40,),
        (1 << 62, 1 << 62),
        (1 << 80,),
        (1,) * 70,
        (0, 1 << 62),
        (True,),
    ),
    *((1.5,), ("a",), None, 6, [1, 2, 3], (1 << 40, 0)),
)


ORDERS = (True, True, 1, None, "x")


class Cases(Kind):
    suffix = ".npy"

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.modules = [parse_module(new_context(), text) for text in NETWORKS]

    def case(self, rng: random.Random) -> bytes:
        """An archive, or a single array; the first byte of the case distinguishes them."""
        if rng.random() < 0.6:
            return single_array(rng)
        data = array_archive(rng)
        return damaged_bytes(rng, data) if rng.random() < 0.3 else data

    def check(self, case: bytes) -> str:
        name = self.write_case(case, f"case.np{'z' if case.startswith(b'PK') else 'y'}")
        results = str(self.folder / "results.npz")

        def command() -> None:
            array = load_array(f"{name}:x" if name.endswith("z") and len(case) % 2 else name)
            save_arrays(results, run(self.modules[len(case) % 3 == 0], [array]))

        return outcome_of(command)


def single_array(rng: random.Random) -> bytes:
    """An array that is valid, of the wrong type, or damaged."""
    if rng.random() < 0.4:
        file = BytesIO()
        np.save(file, valid_array(rng))
        data = file.getvalue()
        way = rng.random()
        return (
            damaged_bytes(rng, data)
            if way < 0.3
            else data[: rng.randrange(len(data))]
            if way < 0.5
            else data
        )
    return wrong_header_array(rng)


def valid_array(rng: random.Random) -> Any:
    """Valid arrays, some of types that no network accepts."""
    shape = rng.choice(((1, 2, 3), (4, 2, 3), (1, 2, 3), (4, 2, 3), *SHAPES[:8]))
    odd = (16, -1, 0.5, 1e300, np.nan, np.inf) if rng.random() < 0.5 else ()
    numbers = [rng.choice((0, 1, 3, 15, *odd)) for _ in range(24)]
    with np.errstate(all="ignore"):
        flat = np.resize(np.array(numbers), int(np.prod(shape)))
        kind = rng.choice(("u1", "i8", "f4", "f8", ">f4", "?", "c16", "U3", "S2", "f2"))
        array = flat.reshape(shape).astype(kind)
    return np.asfortranarray(array) if rng.random() < 0.2 else array


def wrong_header_array(rng: random.Random) -> bytes:
    """A header that disagrees with the data after it."""
    header: dict[str, Any] = {"descr": "|u1", "fortran_order": False, "shape": (1, 2, 3)}
    for key, choices in (("descr", DESCRS), ("fortran_order", ORDERS), ("shape", SHAPES)):
        if rng.random() < 0.3:
            header[key] = rng.choice(choices)
    if rng.random() < 0.15:
        header.pop(rng.choice(sorted(header)))
    if rng.random() < 0.1:
        header[rng.choice(NAMES)] = 1
    text = repr(header)
    if rng.random() < 0.1:
        text = rng.choice(
            (json.dumps(str(header)), "(" * 5000, "x" * 70_000, "__import__('os')", "")
        )
    data = text.encode("latin-1", "replace") + b"\n"
    version = 1 if rng.random() < 0.8 else rng.choice((2, 3, 4, 0, 255))
    size = struct.pack("<H" if version == 1 else "<I", min(len(data), 65535))
    if rng.random() < 0.1:
        size = b"\xff" * len(size)
    values = bytes(rng.choice((6, 12, 24, 48, 96, 0, 1)))
    return b"\x93NUMPY" + bytes((version, 0)) + size + data + values


def array_archive(rng: random.Random) -> bytes:
    """Arrays in an archive, which may be a decompression bomb."""
    file = BytesIO()
    method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    with zipfile.ZipFile(file, "w", method) as made:
        for _ in range(rng.choice((0, 1, 1, 2, 3))):
            name = rng.choice(("x.npy", "x.npy", "y.npy", "x", *NAMES))
            name = name.encode(errors="replace").decode()
            data = single_array(rng)
            if rng.random() < 0.02:
                data += bytes(1 << 22)
            if name.partition("\0")[0] not in made.namelist():
                made.writestr(zipfile.ZipInfo(name), data, method)
    return file.getvalue()
