"""Cores for Vivado's IP catalog: a description (IP-XACT 2009) and a top module in Verilog, which
the catalog requires, around a module in SystemVerilog."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from ..source_files import RtlSource
from .axi_memory import CLOCK, INTERRUPT, axi_memory_buses, memory_ports, registers_of
from .signals import Bus, Signal, comma_separated, stream_bus

SPIRIT = "http://www.spiritconsortium.org/XMLSchema/SPIRIT/1685-2009"
XILINX = "http://www.xilinx.com"

FAMILIES = (
    *("artix7", "kintex7", "spartan7", "virtex7", "zynq", "kintexu", "virtexu"),
    *("artixuplus", "kintexuplus", "virtexuplus", "zynquplus", "versal"),
)
"""The families for which the catalog shows a core; its code depends on none."""

PROTOCOLS = {
    "axis": ("interface", "axis"),
    "axilite": ("interface", "aximm"),
    "aximm": ("interface", "aximm"),
    "clock": ("signal", "clock"),
    "reset": ("signal", "reset"),
    "interrupt": ("signal", "interrupt"),
}
"""The library and the name of each protocol in the catalog."""


@dataclass(frozen=True)
class IpCore:
    """A core, in a folder of its own that refers to the sources of the project."""

    source: RtlSource
    name: str
    """The name of its folder."""
    description: str
    buses: Sequence[Bus]
    inner: str
    """The module inside."""
    clock: str
    reset: str
    """The module's clock and its reset, as a connection of `aclk` and `aresetn`."""
    files: Sequence[str]
    """The paths of the sources in the project."""
    interrupts: bool = False

    @property
    def module(self) -> str:
        return f"{self.source.top}_{self.name}_ip"

    @property
    def signals(self) -> list[Signal]:
        last = [INTERRUPT] if self.interrupts else []
        return [*CLOCK, *(signal for bus in self.buses for signal in bus.signals), *last]

    @property
    def has_folder(self) -> bool:
        """Whether the module has a parameter for the folder of the memory files."""
        return bool(self.source.netlist.memories)

    def verilog(self) -> str:
        """The top module, in Verilog."""
        lines = ",\n".join(f"    {verilog_port(signal)}" for signal in self.signals)
        head = ' #(\n    parameter FOLDER = ""\n)' if self.has_folder else ""
        folder = " #(.FOLDER(FOLDER))" if self.has_folder else ""
        ports = [f".{self.clock}(aclk)", self.reset]
        names = [signal.name for signal in self.signals[len(CLOCK) :]]
        ports += [f".{name}({name})" for name in names]
        inner = f"    {self.inner}{folder} inner (\n        {comma_separated(ports)}\n    );\n"
        return (
            f"// {self.description}\nmodule {self.module}{head} (\n{lines}\n);\n"
            f"{RESET if 'rst' in self.reset else ''}{inner}endmodule\n"
        )

    def component(self) -> str:
        """The description of the core."""
        Xml.register_namespace("spirit", SPIRIT)
        Xml.register_namespace("xilinx", XILINX)
        root = Xml.Element(spirit("component"))
        for key, text in identity(self.module).items():
            add(root, key, text)
        self.add_interfaces(add(root, "busInterfaces"))
        masters = [bus for bus in self.buses if bus.protocol == "aximm"]
        if masters:
            spaces = add(root, "addressSpaces")
            for bus in masters:
                space = add(spaces, "addressSpace")
                add(space, "name", bus.name)
                add(space, "range", "16E")
                add(space, "width", "64")
        if any(bus.protocol == "axilite" for bus in self.buses):
            self.add_memory_map(add(root, "memoryMaps"))
        self.add_model(add(root, "model"))
        sets = add(root, "fileSets")
        for view in VIEWS:
            files = add(sets, "fileSet")
            add(files, "name", fileset(view))
            for path in [*(f"../../{path}" for path in self.files), f"{self.module}.v"]:
                file = add(files, "file")
                add(file, "name", path)
                kind = "systemVerilogSource" if path.endswith(".sv") else "verilogSource"
                add(file, "fileType", kind)
        add(root, "description", self.description)
        parameters = add(root, "parameters")
        add_parameter(parameters, "Component_Name", f"{self.module}_v1_0", user=True)
        if self.has_folder:
            add_parameter(parameters, "FOLDER", "", user=True)
        self.add_extensions(add(root, "vendorExtensions"))
        Xml.indent(root)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, "unicode")}\n'

    def add_interfaces(self, parent: Xml.Element) -> None:
        for bus in self.buses:
            ports = {role.name.upper(): f"{bus.name}_{role.name}" for role in bus.roles}
            add_interface(parent, bus.name, bus.protocol, bus.is_master, ports, bus_facts(bus))
        names = ":".join(bus.name for bus in self.buses)
        facts = {"ASSOCIATED_BUSIF": names, "ASSOCIATED_RESET": "aresetn"}
        add_interface(parent, "aclk", "clock", False, {"CLK": "aclk"}, facts)
        low = {"POLARITY": "ACTIVE_LOW"}
        add_interface(parent, "aresetn", "reset", False, {"RST": "aresetn"}, low)
        if self.interrupts:
            name, high = INTERRUPT.name, {"SENSITIVITY": "LEVEL_HIGH"}
            add_interface(parent, name, "interrupt", True, {"INTERRUPT": name}, high)

    def add_memory_map(self, parent: Xml.Element) -> None:
        memory_map = add(parent, "memoryMap")
        add(memory_map, "name", "s_axi_control")
        block = add(memory_map, "addressBlock")
        values = {"name": "registers", "baseAddress": "0", "range": "4096", "width": "32"}
        for key, value in {**values, "usage": "register", "access": "read-write"}.items():
            add(block, key, value)
        for address, name, text, writable in registers_of(self.source):
            register = add(block, "register")
            add(register, "name", name)
            add(register, "description", text)
            add(register, "addressOffset", f"0x{address:03X}")
            add(register, "size", "32")
            add(register, "access", "read-write" if writable else "read-only")

    def add_model(self, parent: Xml.Element) -> None:
        views = add(parent, "views")
        for name, identifier in VIEWS.items():
            view = add(views, "view")
            add(view, "name", name)
            add(view, "envIdentifier", identifier)
            add(view, "language", "Verilog")
            add(view, "modelName", self.module)
            add(add(view, "fileSetRef"), "localName", fileset(name))
        ports = add(parent, "ports")
        for signal in self.signals:
            port = add(ports, "port")
            add(port, "name", signal.name)
            wire = add(port, "wire")
            add(wire, "direction", "out" if signal.is_output else "in")
            if signal.bits > 1:
                vector = add(wire, "vector")
                add(vector, "left", str(signal.bits - 1))
                add(vector, "right", "0")
        if self.has_folder:
            parameters = add(parent, "modelParameters")
            parameter = add(parameters, "modelParameter")
            parameter.set(spirit("dataType"), "string")
            add(parameter, "name", "FOLDER")
            value = add(parameter, "value", "")
            value.set(spirit("resolve"), "generated")
            value.set(spirit("id"), "MODELPARAM_VALUE.FOLDER")

    def add_extensions(self, parent: Xml.Element) -> None:
        core = Xml.SubElement(parent, f"{{{XILINX}}}coreExtensions")
        families = Xml.SubElement(core, f"{{{XILINX}}}supportedFamilies")
        for name in FAMILIES:
            family = Xml.SubElement(families, f"{{{XILINX}}}family")
            family.set(f"{{{XILINX}}}lifeCycle", "Production")
            family.text = name
        taxonomies = Xml.SubElement(core, f"{{{XILINX}}}taxonomies")
        Xml.SubElement(taxonomies, f"{{{XILINX}}}taxonomy").text = "/UserIP"
        Xml.SubElement(core, f"{{{XILINX}}}displayName").text = self.module


VIEWS = {
    "xilinx_anylanguagesynthesis": ":vivado.xilinx.com:synthesis",
    "xilinx_anylanguagebehavioralsimulation": ":vivado.xilinx.com:simulation",
}
"""The views of a core: the same files for synthesis and for simulation."""

RESET = """\
    reg rst;
    always @(posedge aclk) rst <= !aresetn;

"""


def ip_cores(
    source: RtlSource, library: Sequence[str], wrapper_library: Iterable[str]
) -> list[IpCore]:
    """The cores of a design: with its ports as AXI streams, and if it has ports for frames or
    weights, with registers and memory."""
    files = ["top.sv", *library]
    cores = [
        IpCore(
            source,
            "axi_stream",
            "The design with AXI streams.",
            [stream_bus(port) for port in source.ports],
            source.top,
            "clk",
            ".rst(rst)",
            files,
        )
    ]
    if memory_ports(source):
        cores.append(
            IpCore(
                source,
                "axi_memory",
                "The design with registers (AXI4-Lite) and memory (AXI4).",
                axi_memory_buses(source),
                f"{source.top}_axi_memory",
                "aclk",
                ".aresetn(aresetn)",
                ["wrappers/axi_memory.sv", *files, *wrapper_library],
                interrupts=True,
            )
        )
    return cores


def spirit(name: str) -> str:
    return f"{{{SPIRIT}}}{name}"


def add(parent: Xml.Element, name: str, text: str | None = None) -> Xml.Element:
    child = Xml.SubElement(parent, spirit(name))
    child.text = text
    return child


def identity(name: str) -> dict[str, str]:
    """The name of a core or a protocol: vendor, library, name and version."""
    return {"vendor": "qnn", "library": "designs", "name": name, "version": "1.0"}


def fileset(view: str) -> str:
    return f"{view}_files"


def add_parameter(parent: Xml.Element, name: str, value: str, user: bool = False) -> None:
    """A parameter: a fact of an interface, or a choice of the user."""
    parameter = add(parent, "parameter")
    add(parameter, "name", name)
    found = add(parameter, "value", value)
    if user:
        found.set(spirit("resolve"), "user")
        found.set(spirit("id"), f"PARAM_VALUE.{name}")


def add_interface(
    parent: Xml.Element,
    name: str,
    protocol: str,
    is_master: bool,
    ports: Mapping[str, str],
    facts: Mapping[str, str],
) -> None:
    """A bus interface; an AXI4 master has an address space, and an AXI4-Lite slave a memory map,
    of its name."""
    interface = add(parent, "busInterface")
    add(interface, "name", name)
    library, kind = PROTOCOLS[protocol]
    for key, suffix in (("busType", ""), ("abstractionType", "_rtl")):
        reference = add(interface, key)
        reference.set(spirit("vendor"), "xilinx.com")
        reference.set(spirit("library"), library)
        reference.set(spirit("name"), f"{kind}{suffix}")
        reference.set(spirit("version"), "1.0")
    side = add(interface, "master" if is_master else "slave")
    if kind == "aximm":
        key = "addressSpaceRef" if is_master else "memoryMapRef"
        add(side, key).set(spirit(key), name)
    maps = add(interface, "portMaps")
    for logical, physical in ports.items():
        port_map = add(maps, "portMap")
        add(add(port_map, "logicalPort"), "name", logical)
        add(add(port_map, "physicalPort"), "name", physical)
    parameters = add(interface, "parameters")
    for key, value in facts.items():
        add_parameter(parameters, key, value)


def bus_facts(bus: Bus) -> dict[str, str]:
    """The parameters of a bus interface."""
    widths = {role.name: role.bits for role in bus.roles}
    if bus.protocol == "axis":
        return {"TDATA_NUM_BYTES": str(widths["tdata"] // 8)}
    if bus.protocol == "axilite":
        return {"PROTOCOL": "AXI4LITE", "DATA_WIDTH": "32", "ADDR_WIDTH": "12"}
    writes = "wdata" in widths
    return {
        "PROTOCOL": "AXI4",
        "DATA_WIDTH": str(widths["wdata" if writes else "rdata"]),
        "ADDR_WIDTH": "64",
        "READ_WRITE_MODE": "WRITE_ONLY" if writes else "READ_ONLY",
        "MAX_BURST_LENGTH": "16",
        "SUPPORTS_NARROW_BURST": "0",
    }


def verilog_port(signal: Signal) -> str:
    bits = f"[{signal.bits - 1}:0] " if signal.bits > 1 else ""
    return f"{'output' if signal.is_output else 'input'} wire {bits}{signal.name}"
