"""The signals of a wrapper, grouped into buses, and the text of modules that have them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...netlist.netlist import DesignPort
from ..modules import vector
from ..source_files import RtlSource


@dataclass(frozen=True)
class Signal:
    """A port of a module."""

    name: str
    bits: int = 1
    is_output: bool = False

    @property
    def declaration(self) -> str:
        return f"{'output' if self.is_output else 'input'} logic {vector(self.bits)}{self.name}"


@dataclass(frozen=True)
class Bus:
    """Signals of one protocol; the name of each is that of the bus and that of its role."""

    name: str
    protocol: str
    """`axilite`, `aximm` or `axis`."""
    is_master: bool
    roles: Sequence[Signal]
    """The signals under the names of their roles in the protocol."""

    @property
    def signals(self) -> list[Signal]:
        return [
            Signal(f"{self.name}_{role.name}", role.bits, role.is_output) for role in self.roles
        ]

    def connections(self) -> str:
        """The connections of an instance whose ports have the names of the roles."""
        return ", ".join(f".{role.name}({self.name}_{role.name})" for role in self.roles)


def stream_bus(port: DesignPort) -> Bus:
    """A port of the design as it is: an AXI stream."""
    sends = port.is_output
    roles = [
        Signal("tvalid", 1, sends),
        Signal("tready", 1, not sends),
        Signal("tdata", 8 * port.design_word_bytes, sends),
        *([Signal("tlast", 1, True)] if sends else []),
    ]
    return Bus(port.name, "axis", sends, roles)


def frame_words(port: DesignPort) -> int:
    """The words of a frame at a port, or of all weights."""
    return port.frame_bytes // port.design_word_bytes


def core_instance(source: RtlSource, clk: str = "clk", rst: str = "rst") -> str:
    """The instance of the top module, between signals with the names of its ports."""
    ports = [f".clk({clk})", f".rst({rst})"]
    for port in source.ports:
        ports += [f".{signal.name}" for signal in stream_bus(port).signals]
    folder = " #(.FOLDER(FOLDER))" if source.netlist.memories else ""
    return f"    {source.top}{folder} core (\n        {comma_separated(ports)}\n    );\n"


def core_signals(ports: Sequence[DesignPort]) -> str:
    """Declarations of the signals at some ports of the top module."""
    signals = [signal for port in ports for signal in stream_bus(port).signals]
    return "".join(f"    logic {vector(signal.bits)}{signal.name};\n" for signal in signals)


def comma_separated(items: Sequence[str], indent: int = 8, width: int = 100) -> str:
    """Items with commas between them, as many on a line as fit."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(item) + 3 + indent <= width:
            lines[-1] += f" {item},"
        else:
            lines.append(f"{item},")
    return f"\n{' ' * indent}".join(lines).removesuffix(",")


@dataclass(frozen=True)
class Wrapper:
    """A module around the top module of a design."""

    source: RtlSource
    name: str
    """The name of its file, and the end of the module's name."""
    comment: str
    signals: Sequence[Signal]
    body: str
    parameters: Sequence[str] = ()

    @property
    def module(self) -> str:
        return f"{self.source.top}_{self.name}"

    @property
    def path(self) -> str:
        """The path of its file in a project."""
        return f"wrappers/{self.name}.sv"

    @property
    def text(self) -> str:
        ports = ",\n".join(f"    {signal.declaration}" for signal in self.signals)
        every = [*self.parameters]
        if self.source.netlist.memories:
            every.append('parameter string FOLDER = ""')
        head = " #(\n" + ",\n".join(f"    {text}" for text in every) + "\n)" if every else ""
        return (
            f"// {self.comment}\nmodule {self.module}{head} (\n{ports}\n);\n{self.body}endmodule\n"
        )
