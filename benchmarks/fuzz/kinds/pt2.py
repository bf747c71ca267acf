"""Torch programs: `qnn import FILE.pt2`. The JSON, the tensors, the archive's directory or the
bytes of the small program `corpus/block.pt2` are damaged."""

import json
import random
import struct
import zipfile
from io import BytesIO
from pathlib import Path

from ..damage import damaged_bytes
from ..kind import Kind, outcome_of
from ..values import NAMES, damaged_json
from .onnx import check_import

CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "block.pt2"

TARGETS = (
    *(
        "relu",
        "sigmoid",
        "silu",
        "view",
        "permute",
        "transpose",
        "slice",
        "select",
        "expand",
        "sub",
    ),
    *(
        "_unsafe_view",
        "mean",
        "avg_pool2d",
        "pad",
        "clone",
        "squeeze",
        "unsqueeze",
        "matmul",
        "bmm",
    ),
    *(
        "sym_size",
        "arange",
        "full",
        "lift_fresh_copy",
        "to",
        "hardtanh",
        "chunk",
        "split",
        "getitem",
    ),
)
"""Operators that the importer supports, and others."""


class Cases(Kind):
    suffix = ".pt2"

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.bytes = CORPUS.read_bytes()
        with zipfile.ZipFile(CORPUS) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.json = {
            name: json.loads(data) for name, data in self.parts.items() if name.endswith("json")
        }
        self.model = next(name for name in self.parts if name.endswith("models/model.json"))

    def case(self, rng: random.Random) -> bytes:
        way = rng.random()
        if way < 0.1:
            return damaged_bytes(rng, self.bytes)
        parts = dict(self.parts)
        if way < 0.75:
            name = self.model if rng.random() < 0.8 else rng.choice(sorted(self.json))
            parts[name] = damaged_json(rng, [self.json[name]])
        elif way < 0.85:
            text = parts[self.model]
            calls = text.split(b"torch.ops.aten.")
            which = rng.randrange(1, len(calls))
            rest = calls[which].partition(b".")[2]
            calls[which] = rng.choice(TARGETS).encode() + b"." + rest
            parts[self.model] = b"torch.ops.aten.".join(calls)
        else:
            name = rng.choice(sorted(parts))
            data = parts.pop(name)
            if rng.random() < 0.3:
                parts[rng.choice(NAMES)] = data
            elif rng.random() < 0.8:
                parts[name] = rng.choice((damaged_bytes(rng, data), data[:-1], data * 9, b""))
        data = zip_archive(
            parts, rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
        )
        return with_wrong_directory(rng, data) if rng.random() < 0.1 else data

    def check(self, case: bytes) -> str:
        return outcome_of(lambda: check_import(self.write_case(case)))


def zip_archive(parts: dict[str, bytes], method: int) -> bytes:
    """The bytes of an archive."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name.encode(errors="replace").decode())
            archive.writestr(info, data, method)
    return file.getvalue()


FIELDS = {6: "<H", 8: "<H", 10: "<H", 16: "<I", 20: "<I", 24: "<I", 28: "<H", 30: "<H", 42: "<I"}
"""Fields of an entry in the archive's directory, such as its sizes: their offsets and formats."""


def with_wrong_directory(rng: random.Random, data: bytes) -> bytes:
    """An archive whose directory has a wrong value for one entry."""
    entries = [at for at in range(len(data)) if data.startswith(b"PK\1\2", at)]
    start = rng.choice(entries)
    offset, form = rng.choice(sorted(FIELDS.items()))
    most = (1 << 8 * struct.calcsize(form)) - 1
    number = struct.pack(form, rng.choice((0, 1, 8, 99, most, most // 2, rng.randrange(most))))
    return data[: start + offset] + number + data[start + offset + len(number) :]
