"""Reads `.pt2` files without torch, and without running any code in them."""

import json
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from qnn.frontends.errors import ImportFailure
from qnn.frontends.torch import import_pt2
from qnn.qdialect.interpreter import run
from torch import nn

Json = dict[str, Any]
MODEL, WEIGHTS = "models/model.json", "data/weights/model_weights_config.json"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network that torch has saved."""
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(12, 2)).eval()
    program = torch.export.export(module, (torch.randn(1, 2, 4, 4),))
    path = tmp_path_factory.mktemp("pt2") / "net.pt2"
    torch.export.save(program, path)
    return path


def changed(file: Path, to: Path, part: str, change: Callable[[bytes], bytes | None]) -> str:
    """A copy of a file with one entry changed, or left out."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            data: bytes | None = old.read(name)
            assert data is not None
            if name.endswith(part):
                data = change(data)
            if data is not None:
                new.writestr(name, data)
    return str(to)


def edited(edit: Callable[[Json], None]) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        value = json.loads(data)
        edit(value)
        return json.dumps(value).encode()

    return change


def first_weight(config: Json) -> Json:
    return next(iter(config["config"].values()))


def test_reading_does_not_import_torch(file: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from qnn.tools.qnn import main; sys.exit(main(['import', sys.argv[1]]))"
    )
    ran = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "2 layers" in ran.stdout


class Bomb:
    """An object that leaves a trace when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("raise SystemExit('a model was run')",)


@pytest.mark.parametrize("part", [MODEL, WEIGHTS])
def test_files_of_older_torch_are_refused(part: str, file: Path, tmp_path: Path) -> None:
    """Such a file lacks an entry that torch 2.9 writes."""
    path = changed(file, tmp_path / "a.pt2", part, lambda _: None)
    with pytest.raises(ImportFailure, match=f"contains no {part}: save the program with torch 2.9"):
        import_pt2(path)


def test_pickled_entries_are_not_read(file: Path, tmp_path: Path) -> None:
    """The examples of the inputs are pickled; the importer does not need them."""
    bomb = pickle.dumps(Bomb())
    path = changed(file, tmp_path / "a.pt2", "sample_inputs/model.pt", lambda _: bomb)
    x = np.random.default_rng(0).standard_normal((1, 2, 4, 4)).astype(np.float32)
    expected = run(import_pt2(str(file)), [x])[0]
    np.testing.assert_array_equal(run(import_pt2(path), [x])[0], expected)


def pickled_tensor(config: Json) -> None:
    first_weight(config)["use_pickle"] = True


def offset_beyond_storage(config: Json) -> None:
    first_weight(config)["tensor_meta"]["storage_offset"] = {"as_int": 10**9}


def negative_stride(config: Json) -> None:
    first_weight(config)["tensor_meta"]["strides"][0] = {"as_int": -1}


def huge_expansion(config: Json) -> None:
    meta = first_weight(config)["tensor_meta"]
    meta["sizes"], meta["strides"] = [{"as_int": 1 << 40}], [{"as_int": 0}]


def float16_weights(config: Json) -> None:
    first_weight(config)["tensor_meta"]["dtype"] = 15


def missing_tensor_file(config: Json) -> None:
    first_weight(config)["path_name"] = "../../../etc/passwd"


def newer_version(model: Json) -> None:
    model["schema_version"]["major"] = 99


def symbolic_size(model: Json) -> None:
    """A symbolic size, which torch would evaluate."""
    sizes = model["graph_module"]["graph"]["nodes"][2]["inputs"][1]
    sizes["arg"] = {"as_sym_ints": [{"as_name": "__import__('os').abort()"}]}


def mutated_buffer(model: Json) -> None:
    spec = model["graph_module"]["signature"]["output_specs"]
    spec[0] = {"buffer_mutation": {"arg": {"name": "relu"}, "buffer_name": "b"}}


def fractional_size(model: Json) -> None:
    """An input with a fractional size."""
    values = model["graph_module"]["graph"]["tensor_values"]
    values["input"]["sizes"][-1] = {"as_int": 4.5}


def without_arguments(model: Json) -> None:
    """A unary operator without arguments."""
    calls = model["graph_module"]["graph"]["nodes"]
    next(call for call in calls if "relu" in call["target"])["inputs"] = []


def kind_of_two_lines(model: Json) -> None:
    specs = model["graph_module"]["signature"]["input_specs"]
    specs[0] = {"parameter\nof two lines": {}}


@pytest.mark.parametrize(
    ("part", "edit", "message"),
    [
        (MODEL, fractional_size, "is damaged, or not a .pt2 file: TypeError 4.5 is not an integer"),
        (MODEL, without_arguments, "aten.relu.*it has no arguments"),
        (MODEL, kind_of_two_lines, "an input of kind parameter of two lines: only tensors"),
        (
            WEIGHTS,
            pickled_tensor,
            "stores 0.weight as pickled Python, which could run any code",
        ),
        (
            WEIGHTS,
            offset_beyond_storage,
            "the shape and strides of 0.weight exceed its 54 stored elements",
        ),
        (
            WEIGHTS,
            negative_stride,
            "the shape and strides of 0.weight exceed its 54 stored elements",
        ),
        (
            WEIGHTS,
            huge_expansion,
            "0.weight expands 54 stored elements to 1099511627776: the maximum is",
        ),
        (WEIGHTS, float16_weights, "torch's element type number 15 is not supported"),
        (WEIGHTS, missing_tensor_file, "is damaged, or not a .pt2 file: KeyError"),
        (MODEL, newer_version, "has version 99 of torch's format: only version 8 is"),
        (MODEL, symbolic_size, "is computed from dynamic sizes"),
        (MODEL, mutated_buffer, "the program writes its own buffers"),
        (MODEL, dict.clear, "is damaged, or not a .pt2 file: KeyError"),
    ],
)
def test_damaged_files(
    file: Path, tmp_path: Path, part: str, edit: Callable[[Json], None], message: str
) -> None:
    path = changed(file, tmp_path / "a.pt2", part, edited(edit))
    with pytest.raises(ImportFailure, match=message) as failure:
        import_pt2(path)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "not a regular file"),
        (lambda path: path.write_bytes(b""), "is not a .pt2 file: it is not a zip archive; save"),
        (
            lambda path: path.write_bytes(b"PK" + bytes(99)),
            "is not a .pt2 file: it is not a zip archive; save",
        ),
        (lambda path: zipfile.ZipFile(path, "w").close(), "contains no models/model.json: save"),
    ],
)
def test_missing_or_invalid_files(
    tmp_path: Path, make: Callable[[Path], None], message: str
) -> None:
    path = tmp_path / "a.pt2"
    make(path)
    with pytest.raises(ImportFailure, match=message):
        import_pt2(str(path))


def test_random_damage_gives_a_message_of_one_line(file: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(4)

    def scramble(data: bytes) -> bytes:
        text = np.frombuffer(data, np.uint8).copy()
        places = rng.integers(0, len(text), 4)
        text[places] = rng.choice(np.frombuffer(b'0123456789{}[],:"-x', np.uint8), 4)
        return text.tobytes()

    refused = 0
    for count in range(60):
        part = (MODEL, WEIGHTS)[count % 2]
        path = changed(file, tmp_path / "a.pt2", part, scramble)
        try:
            import_pt2(path)
        except ImportFailure as error:
            assert "\n" not in str(error)
            refused += 1
    assert refused > 8


ODD = (None, -1, 0, 2**70, 0.5, "x", [], {}, [[]], True)


def json_leaves(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values in a JSON document."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [place] * bool(place) + [
            x for key, v in items for x in json_leaves(v, (*place, key))
        ]
    return [place]


def test_wrong_values_give_a_message_of_one_line(file: Path, tmp_path: Path) -> None:
    """Replaces any value of the graph: the file is refused in one line, or is another valid
    program."""
    rng = np.random.default_rng(6)
    with zipfile.ZipFile(file) as archive:
        name = next(name for name in archive.namelist() if name.endswith(MODEL))
        model = json.loads(archive.read(name))
    places = [place for place in json_leaves(model) if place[0] == "graph_module"]
    for number in rng.choice(len(places), 60, replace=False):

        def edit(model: Json, place: tuple[Any, ...] = places[number]) -> None:
            value: Any = model
            for key in place[:-1]:
                value = value[key]
            value[place[-1]] = ODD[int(rng.integers(len(ODD)))]

        path = changed(file, tmp_path / "a.pt2", MODEL, edited(edit))
        try:
            import_pt2(path)
        except ImportFailure as error:
            assert "\n" not in str(error)


def test_damaged_bytes_give_a_message_of_one_line(file: Path, tmp_path: Path) -> None:
    data, rng = np.fromfile(file, np.uint8), np.random.default_rng(7)
    for _ in range(80):
        damaged = data.copy()
        damaged[rng.integers(len(data))] ^= rng.integers(1, 256, dtype=np.uint8)
        path = tmp_path / "a.pt2"
        damaged.tofile(path)
        try:
            import_pt2(str(path))
        except ImportFailure as error:
            assert "\n" not in str(error)
