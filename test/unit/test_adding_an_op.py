"""A new op with a new process touches few files, and the page on adding an op names all of them.

The files are derived from what is registered for an op, for its process and for its instance, and
from the backends' files that name its instance. An entry of a base class does not count: a class
that inherits it touches no file for it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from qnn.backends.hls.library import INCLUDE as HLS_LIBRARY
from qnn.backends.hls.printer import print_instance
from qnn.backends.native.analysis import (
    accepts_bits,
    can_compute,
    fused_operands,
    needed_padding,
    written_planes,
)
from qnn.backends.native.ops import add_steps
from qnn.backends.netlist.builder import build_instance
from qnn.backends.netlist.netlist import Instance
from qnn.backends.opencl.library import INCLUDE as OPENCL_LIBRARY
from qnn.backends.opencl.printer import channel_definitions, process_definitions
from qnn.backends.rtl.library import MODULES as RTL_LIBRARY
from qnn.backends.rtl.printer import print_instance as print_rtl_instance
from qnn.hardware.resources.cost.model import datapaths, implementations, memories
from qnn.hardware.timing.rtl_schedule import rtl_latency
from qnn.hardware.timing.schedule import schedule_of
from qnn.passes.stream_lower.lowering import LOWERINGS
from qnn.qdialect.qnn import QnnOp, classify, elementwise, layout, linear, pooling, steps
from qnn.qdialect.stream import PROCESSES, Process, borders, compute, elements, flow, pool
from support.documents import ROOT

MAX_FILES = 11
"""The files that a new op with a new process in all languages touches beside its tests."""

OPS: dict[type[Process], type[QnnOp]] = {
    borders.PadOp: layout.PadOp,
    borders.CropOp: layout.SliceOp,
    borders.UpsampleOp: layout.ResizeOp,
    pool.PoolOp: pooling.MaxPoolOp,
    compute.MatvecOp: linear.LinearOp,
    compute.ThresholdOp: steps.ThresholdOp,
    elements.LookupOp: steps.LookupOp,
    elements.AddOp: elementwise.AddOp,
    elements.MulOp: elementwise.MulOp,
    elements.LabelSelectOp: classify.TopKOp,
    flow.ConcatOp: layout.ConcatOp,
    flow.SplitOp: layout.SplitOp,
}
"""The op that each process was added for; the other processes serve several ops."""

OF_PROCESSES = schedule_of, rtl_latency, datapaths, memories, implementations
"""The registries of functions for processes: how long they take, and the resources they use."""
OF_INSTANCES = print_instance, channel_definitions, process_definitions, print_rtl_instance
"""The registries of functions for instances: how each backend prints them."""


def instances_of(process: type[Process]) -> list[type[Instance]]:
    """The instances that a process may become: the return type of its builder."""
    result = get_type_hints(build_instance.registry[process])["return"]
    return [kind for each in get_args(result) or (result,) for kind in kinds_of(each)]


def kinds_of(instance: type[Instance]) -> Iterator[type[Instance]]:
    """The class itself, or the kinds that are derived from a base class."""
    if hasattr(instance, "kind"):
        yield instance
    for derived in instance.__subclasses__():
        yield from kinds_of(derived)


def file_of(definition: Any) -> str:
    """The file that defines a class or a function."""
    return definition.__module__.removeprefix("qnn.").replace(".", "/") + ".py"


def library_files(kind: str) -> set[str]:
    """The files of the libraries that define a kind; some share a module of SystemVerilog."""
    header = re.compile(rf"^void {kind}\(", re.MULTILINE)
    found = [path for path in HLS_LIBRARY.rglob("*.hpp") if header.search(path.read_text())]
    found += OPENCL_LIBRARY.rglob(f"{kind}.cl")
    found += RTL_LIBRARY.rglob(f"qnn_{kind}.sv")
    return {Path(path).relative_to(ROOT).as_posix() for path in found}


def files_naming(names: re.Pattern[str], *rooms: str) -> set[str]:
    sources = (path for room in rooms for path in (ROOT / room).rglob("*.py"))
    return {p.relative_to(ROOT).as_posix() for p in sources if names.search(p.read_text())}


def touched_files(process: type[Process], instance: type[Instance]) -> set[str]:
    """The files with a definition or an entry for a process, its op and its instance."""
    definitions: list[Any] = [process, instance, build_instance.registry[process]]
    definitions += [r.registry[process] for r in OF_PROCESSES if process in r.registry]
    definitions += [r.registry[instance] for r in OF_INSTANCES if instance in r.registry]
    if process in OPS:
        definitions += [OPS[process], LOWERINGS[OPS[process]]]
    naming = files_naming(re.compile(rf"\b{instance.__name__}\b"), "backends")
    return {*map(file_of, definitions), *library_files(instance.kind), *naming}


CASES = [
    pytest.param(process, instance, id=f"{process.name}-{instance.kind}")
    for process in PROCESSES
    for instance in instances_of(process)
]


@pytest.mark.parametrize(("process", "instance"), CASES)
def test_a_process_touches_few_files(process: type[Process], instance: type[Instance]) -> None:
    files = touched_files(process, instance)
    assert all((ROOT / file).exists() for file in files)
    assert len(library_files(instance.kind)) in (2, 3)
    assert len(files) <= MAX_FILES, sorted(files)


EXAMPLE = borders.UpsampleOp
"""The process that the page follows from the model to all languages."""
PAGE = ROOT / "docs" / "adding-an-op.md"


@pytest.fixture(scope="module")
def example_files() -> set[str]:
    (instance,) = instances_of(EXAMPLE)
    return touched_files(EXAMPLE, instance)


def test_the_page_names_every_file(example_files: set[str]) -> None:
    text = PAGE.read_text()
    assert [file for file in sorted(example_files) if f"`{file}`" not in text] == []
    assert f"touch {len(example_files)} files" in text
    assert f"at most {MAX_FILES} files" in text


def test_no_other_file_knows_the_process(example_files: set[str]) -> None:
    """No place outside the registries knows the process that the page shows."""
    (instance,) = instances_of(EXAMPLE)
    names = re.compile(rf"\b({EXAMPLE.__name__}|{instance.__name__})\b")
    rooms = "qdialect", "passes", "hardware", "backends", "tools"
    assert files_naming(names, *rooms) - example_files == set()


NATIVE = ROOT / "backends" / "native"
OF_NATIVE_OPS = (
    add_steps,
    can_compute,
    needed_padding,
    accepts_bits,
    written_planes,
    fused_operands,
)
"""The registries of functions for the ops that the native engine computes."""

FUSED_IN: dict[type[QnnOp], str] = {
    elementwise.AddOp: "backends/native/ops/thresholds.py",
    elementwise.MulOp: "backends/native/ops/thresholds.py",
    steps.ThresholdOp: "backends/native/layers.py",
}
"""The file that computes an op in the step of another one, beside the op's own file."""

NATIVE_OPS: list[type[QnnOp]] = [op for op in add_steps.registry if op is not object]


@pytest.mark.parametrize("op", NATIVE_OPS, ids=lambda op: op.name)
def test_one_file_of_the_native_engine_knows_an_op(op: type[QnnOp]) -> None:
    (file,) = {file_of(r.registry[op]) for r in OF_NATIVE_OPS if op in r.registry}
    name = re.compile(rf"\b{op.__name__}\b")
    found = {path for path in NATIVE.rglob("*.py") if name.search(path.read_text())}
    files = {path.relative_to(ROOT).as_posix() for path in found}
    assert files - {FUSED_IN.get(op)} == {file}


def test_the_page_names_every_registry_of_the_native_engine() -> None:
    text = PAGE.read_text()
    assert [r.__name__ for r in OF_NATIVE_OPS if r.__name__ not in text] == []
