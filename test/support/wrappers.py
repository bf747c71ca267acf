"""The wrappers of several designs in one simulation, with hosts that use them at random times."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qnn.backends.golden_vectors import Files, golden_vector_files, read_results, write
from qnn.backends.netlist.netlist import DesignPort
from qnn.backends.programs import Commands
from qnn.backends.rtl.library import library
from qnn.backends.rtl.simulator import (
    VERILATOR_OPTIONS,
    compile_cpp,
    runtime_objects,
    verilator_root,
)
from qnn.backends.rtl.source_files import RtlSource
from qnn.backends.rtl.wrappers.axi_memory import bus_bytes, memory_bus
from qnn.backends.rtl.wrappers.files import wrapper_library, wrappers_of
from qnn.backends.rtl.wrappers.signals import Signal, Wrapper
from qnn.qdialect.data import Array

BENCH = Path(__file__).with_suffix("").parent / "wrapper_bench.cpp"

FAST_LINE = {"uart": "#(.CLOCK_HZ(8), .BAUD(1)) "}
"""Eight cycles in a bit: a simulation of a real line takes too long."""

SHARED = {"rst": "rst", "reset": "rst", "aresetn": "!rst"}
CLOCKS = "clk", "aclk"


@dataclass(frozen=True)
class WrapperSimulation:
    """All wrappers of some designs, side by side."""

    sources: Sequence[RtlSource]
    folder: Path

    @property
    def wrappers(self) -> list[Wrapper]:
        return [wrapper for source in self.sources for wrapper in wrappers_of(source, 100)]

    @property
    def files(self) -> Files:
        designs = {
            f"{source.top}/{path}": content
            for source in self.sources
            for path, content in source.files.items()
        }
        wrappers = {f"{each.source.top}/{each.path}": each.text for each in self.wrappers}
        bench = {"bench.cpp": BENCH.read_text(), "wiring.hpp": wiring(self.wrappers)}
        return {
            **library(),
            **wrapper_library(),
            **designs,
            **wrappers,
            **bench,
            "all.sv": side_by_side(self.wrappers),
        }

    def build(self) -> "WrapperSimulation":
        write(self.files, self.folder)
        designs = [f"{source.top}/top.sv" for source in self.sources]
        sources = ["all.sv", *designs, *(f"{w.source.top}/{w.path}" for w in self.wrappers)]
        root = verilator_root()
        program = ["env", f"VERILATOR_ROOT={root}", root / "bin" / "verilator_bin"]
        folders = ["-y", "qnn", "-y", "wrappers/qnn", "--top-module", "all"]
        with Commands(self.folder) as commands:
            command = [*program, *VERILATOR_OPTIONS, *folders, *sources]
            done = commands.run(command, self.folder)
            assert done.status == 0, done.errors
            units = sorted((self.folder / "model").glob("*.cpp"))
            included = "".join(f'#include "model/{path.name}"\n' for path in units)
            unit = f'{included}#include "bench.cpp"\n'
            (self.folder / "simulation.cpp").write_text(unit)
            objects = [str(path) for path in runtime_objects()]
            output = ["simulation.cpp", *objects, "-o", "simulation"]
            compile_cpp(commands, self.folder, "-O0", *output)
        return self

    def run(self, wrapper: Wrapper, inputs: Sequence[Array], seed: int) -> tuple[list[Array], str]:
        """The results of a wrapper for frames, and what its host prints."""
        source = wrapper.source
        vectors = self.folder / f"{wrapper.module}_{seed}"
        write(golden_vector_files(source.inputs, inputs), vectors)
        for path, content in source.weight_data.items():
            write({f"{Path(path).stem}.bin": content}, vectors)
        with Commands(vectors) as commands:
            program = [self.folder / "simulation", wrapper.module, vectors, str(seed)]
            done = commands.run(program, self.folder, 60)
        assert done.status == 0, done.errors
        return read_results(source.outputs, vectors), done.output


def side_by_side(wrappers: Sequence[Wrapper]) -> str:
    """A module with all wrappers; the names of their ports begin with theirs.

    Each has a clock of its own, so that only the one that a host uses is simulated."""
    ports, instances = ["input logic rst"], ""
    for wrapper in wrappers:
        wires: list[str] = []
        for signal in wrapper.signals:
            inner = SHARED.get(signal.name, f"{wrapper.module}_{signal.name}")
            wires.append(f".{signal.name}({inner})")
            if signal.name not in SHARED:
                outer = Signal(inner, signal.bits, signal.is_output)
                ports.append(outer.declaration)
        parameters = FAST_LINE.get(wrapper.name, "")
        if wrapper.source.netlist.memories:
            folder = f'.FOLDER("{wrapper.source.top}/")'
            parameters = (
                f"{parameters.rstrip(') ')}), {folder}) " if parameters else f"#({folder}) "
            )
        head = f"{wrapper.module} {parameters}{wrapper.module}_0"
        instances += f"    {head} ({', '.join(wires)});\n"
    lines = ",\n".join(f"    {port}" for port in ports)
    return f"module all (\n{lines}\n);\n{instances}endmodule\n"


def wiring(wrappers: Sequence[Wrapper]) -> str:
    """The function that gives the signals of each wrapper to its host."""
    lines = [line for wrapper in wrappers for line in host(wrapper)]
    body = "\n".join(f"    {line}" for line in lines)
    head = "inline void wire(Vdesign& top, std::map<std::string, Host>& hosts) {"
    return f'#include "Vdesign.h"\n\n{head}\n{body}\n}}\n'


def host(wrapper: Wrapper) -> Iterator[str]:
    yield "{"
    yield f'Host& host = hosts["{wrapper.module}"];'
    prefix = f"top.{wrapper.module}_"
    (clock,) = (signal.name for signal in wrapper.signals if signal.name in CLOCKS)
    yield f"host.clk = &{prefix}{clock};"
    for port in wrapper.source.ports:
        sizes = f"{port.design_word_bytes}, {port.frame_bytes}, {str(port.is_output).lower()}"
        yield f'host.ports.push_back(Port{{"{port.name}", {sizes}}});'
        if wrapper.name == "axi_memory":
            yield from memory(port, prefix)
        if wrapper.name == "avalon":
            yield from stream(port, prefix)
    if wrapper.name == "axi_memory":
        yield "host.lite = new Lite;"
        roles = [signal for signal in wrapper.signals if "control" in signal.name]
        names = {signal.name.removeprefix("s_axi_control_"): signal.name for signal in roles}
        for role in ("bresp", "rresp"):
            del names[role]
        names["irq"] = "irq"
        yield from (f"host.lite->{role} = &{prefix}{name};" for role, name in names.items())
    if wrapper.name in ("uart", "spi"):
        yield "host.serial = new Serial;"
        lines = ("rx", "tx") if wrapper.name == "uart" else ("sck", "cs_n", "mosi", "miso")
        yield from (f"host.serial->{line} = &{prefix}{line};" for line in lines)
    yield "}"


def memory(port: DesignPort, prefix: str) -> Iterator[str]:
    bus = memory_bus(port)
    yield "host.memories.push_back(new Memory);"
    yield f"Memory& {port.name} = *host.memories.back();"
    yield f'{port.name}.name = "{port.name}";'
    yield f"{port.name}.bus = {bus_bytes(port)};"
    for role in bus.roles:
        signal = f"{prefix}{bus.name}_{role.name}"
        if role.name == "rdata":
            size = bus_bytes(port)
            function = "[&](const unsigned char* data) { qnn::set("
            yield f"{port.name}.put = {function}{signal}, data, {size}); }};"
        elif role.name == "wdata":
            size = bus_bytes(port)
            yield f"{port.name}.get = [&](Bytes& data) {{ qnn::append({signal}, {size}, data); }};"
        elif role.name == "wstrb":
            yield f"{port.name}.strobes = [&] {{ return std::uint64_t({signal}); }};"
        elif role.name[1:] not in ("rsize", "wsize", "rburst", "wburst") and role.name[2:] not in (
            *("size", "burst", "cache", "prot"),
        ):
            yield f"{port.name}.{role.name} = &{signal};"


def stream(port: DesignPort, prefix: str) -> Iterator[str]:
    kind = "receivers" if port.is_output else "senders"
    name = "Receiver" if port.is_output else "Sender"
    yield f"host.{kind}.push_back(new {name});"
    yield f"{name}& {port.name} = *host.{kind}.back();"
    yield f"{port.name}.word = {port.design_word_bytes};"
    yield f"{port.name}.frame = {port.frame_bytes};"
    for role, signal in (("valid", "valid"), ("ready", "ready")):
        yield f"{port.name}.{role} = &{prefix}{port.name}_{signal};"
    if port.weights is None:
        yield f"{port.name}.start = &{prefix}{port.name}_startofpacket;"
        yield f"{port.name}.end = &{prefix}{port.name}_endofpacket;"
    data, size = f"{prefix}{port.name}_data", port.design_word_bytes
    if port.is_output:
        yield f"{port.name}.get = [&](Bytes& data) {{ qnn::append({data}, {size}, data); }};"
    else:
        function = "[&](const unsigned char* data) { qnn::set("
        yield f"{port.name}.put = {function}{data}, data, {size}); }};"
