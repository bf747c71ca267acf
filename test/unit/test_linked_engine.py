"""Parts of a network that run in parallel: results, errors, and no processes left behind."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from qnn.backends import linked_engine
from qnn.backends.golden_vectors import bytes_of, frame_bytes
from qnn.backends.hls import HlsEngine, SimulationError
from qnn.backends.linked_engine import LinkedEngine
from qnn.backends.netlist.netlist import DesignPort
from qnn.backends.opencl import OpenclEngine
from qnn.backends.programs import Launch, PartProgram
from qnn.hardware.resources.device import device_named
from qnn.passes import Pipeline
from qnn.passes.partition import DeviceChain, partition_design
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import entry_input_types, entry_of, run
from qnn.qdialect.stream import ChannelType, LinkAttr
from qnn.qdialect.stream.linked_designs import LinkedDesigns, link_partners, linked_designs_of
from qnn.qdialect.text import verify
from qnn.qdialect.types import BipolarType, ElementType, TernaryType, signed, unsigned
from support.design import chain, design_of
from support.hls import residual
from support.opencl import needs_emulator
from xdsl.dialects.builtin import ModuleOp, f32


def three_layers() -> ModuleOp:
    return chain(["fc0", "fc1", "fc2"])


def cut(module: ModuleOp, devices: Sequence[str]) -> LinkedDesigns:
    """Partitions a network for several devices."""
    row = DeviceChain([device_named(name) for name in devices], LinkAttr(8, 50.0, 100.0), 1e5)
    partition_design(design_of(module), row)
    Pipeline.parse("size-fifos").apply(module)
    verify(module)
    (whole,) = linked_designs_of(module)
    return whole


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of compiled programs, which the tests share."""
    return tmp_path_factory.mktemp("programs")


def undivided(whole: LinkedDesigns) -> ModuleOp:
    module = whole.design.parent_op()
    assert isinstance(module, ModuleOp)
    return module


def frames_for(module: ModuleOp) -> Array:
    (type,) = entry_input_types(entry_of(module))
    shape = (5, *type.get_shape()[1:])
    return np.random.default_rng(3).integers(0, 16, shape).astype(np.uint8)


def open_files() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize(
    ("network", "count", "bounded"),
    [
        (residual, 2, False),
        pytest.param(three_layers, 3, False, marks=pytest.mark.slow),
        pytest.param(three_layers, 3, True, marks=pytest.mark.slow),
    ],
)
def test_parts_as_hls(
    cache: Path, network: Callable[[], ModuleOp], count: int, bounded: bool
) -> None:
    """A residual network sends two channels over one link."""
    module = network()
    whole = cut(module, ["z7020"] * count)
    (expected,) = run(module, [frames_for(module)])
    engine = LinkedEngine(whole, link_partners(module), HlsEngine(cache, bounded).program)
    before = open_files()
    (found,) = run(undivided(whole), [frames_for(module)], engine=engine)
    np.testing.assert_array_equal(found, expected)
    assert open_files() == before


@needs_emulator
def test_parts_as_opencl() -> None:
    module = residual()
    whole = cut(module, ["arria10-gx1150"] * 2)
    (expected,) = run(module, [frames_for(module)])
    engine = LinkedEngine(whole, link_partners(module), OpenclEngine(bounded=True).program)
    (found,) = run(undivided(whole), [frames_for(module)], engine=engine)
    np.testing.assert_array_equal(found, expected)


def shell(text: str) -> Callable[[PartProgram], PartProgram]:
    """Replaces the program of a part by a shell script."""
    return lambda program: PartProgram(
        program.source, program.ports_folder, lambda folder, _: Launch(["sh", "-c", text], folder)
    )


@pytest.mark.parametrize(
    ("part", "text", "message"),
    [
        (0, "echo full are words >&2; exit 3", "part main_0: full are words"),
        (1, "exit 2", "part main_1: it ends with 2"),
        (1, "kill -9 $$", "part main_1: it ends with -9"),
        (1, "exit 0", "part main_0: it ends with -13|the results of the parts are incomplete"),
    ],
)
def test_a_part_that_fails_is_named(cache: Path, part: int, text: str, message: str) -> None:
    """The other parts are ended."""
    module = three_layers()
    whole = cut(module, ["z7020"] * 2)
    engine = LinkedEngine(whole, link_partners(module), HlsEngine(cache).program)
    engine.programs[part] = shell(text)(engine.programs[part])
    before = open_files()
    with pytest.raises(SimulationError, match=message):
        engine(whole.design, [frames_for(three_layers())])
    assert open_files() == before


def test_an_incomplete_frame_is_an_error(cache: Path) -> None:
    module = three_layers()
    whole = cut(module, ["z7020"] * 2)
    engine = LinkedEngine(whole, link_partners(module), HlsEngine(cache).program)
    (pipe,) = (port.name for port in engine.programs[0].source.outputs)
    engine.programs[0] = shell(f"printf x > {engine.programs[0].ports_folder}/{pipe}.result.bin")(
        engine.programs[0]
    )
    with pytest.raises(SimulationError, match=r"part main_1: .* ends within a frame"):
        engine(whole.design, [frames_for(three_layers())])


def test_an_interrupt_ends_all_parts(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that runs forever does not outlive the engine."""
    module = three_layers()
    whole = cut(module, ["z7020"] * 2)
    engine = LinkedEngine(whole, link_partners(module), HlsEngine(cache).program)
    mark = tmp_path / "pid"
    engine.programs[1] = shell(f"echo $$ > {mark}; sleep 1000")(engine.programs[1])

    def give_up(seconds: float) -> None:
        if mark.exists() and mark.read_text():
            raise KeyboardInterrupt

    monkeypatch.setattr(linked_engine.time, "sleep", give_up)
    with pytest.raises(KeyboardInterrupt):
        engine(whole.design, [frames_for(three_layers())])
    monkeypatch.undo()
    for _ in range(100):  # the system ends the processes of a killed group one after the other
        if not is_running(mark.read_text().strip()):
            return
        time.sleep(0.1)
    pytest.fail("the part still runs")


def is_running(process: str) -> bool:
    """Whether a process exists and has not ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("lanes", [1, 3, 6])
@pytest.mark.parametrize(
    "element", [unsigned(2), signed(5), unsigned(16), BipolarType(), TernaryType(), f32]
)
def test_words_on_a_link(element: ElementType, lanes: int) -> None:
    port = DesignPort.of_link("p", ChannelType((2, 6), element, lanes), is_output=True)
    frames = np.random.default_rng(0).integers(-1, 2, (3, 2, 6))
    if element in (unsigned(2), unsigned(16)):
        frames = abs(frames)
    if isinstance(element, BipolarType):
        frames = np.where(frames > 0, 1, -1)
    frames = frames.astype(frame_bytes(port, b"").dtype)
    data = bytes_of(port, frames)
    assert len(data) == 3 * port.frame_bytes
    np.testing.assert_array_equal(frame_bytes(port, data), frames)
