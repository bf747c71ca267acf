"""The files of an emitted design.

top.hpp            the top function and the shapes of all processes
top.cpp            the top function: one dataflow region
bounded.cpp        the same for simulation with channels of bounded depth
weights/NAME.hpp   a memory; one that is large or comes through a port is in weights/NAME.dat, and
                   for synthesis, which reads no files, in weights/NAME.inc
testbench.cpp      runs the frames in a folder, and compares the results with those expected
"""

from dataclasses import dataclass, replace
from functools import cached_property

from ..golden_vectors import Files
from ..netlist.netlist import Channel, Port
from ..project import DesignSource
from .types import Sources, stream_of, word_of


@dataclass(frozen=True)
class Emitted(DesignSource):
    """A design as source files."""

    streams: bool
    """Whether its ports are streams."""
    sources: Sources
    frames: int = 0
    """How many the vendor's simulation of the RTL runs, if it does: each memory's size follows."""

    def tested_with(self, frames: int) -> "Emitted":
        return replace(self, frames=frames)

    @cached_property
    def files(self) -> Files:
        """Paths inside a folder, and what stands there."""
        large = [array for array in self.sources.memories if array.is_large]
        return {**self.simulated, **{array.text_path: array.initialiser() for array in large}}

    @cached_property
    def simulated(self) -> Files:
        """The files that g++ needs: large memories are only data."""
        large = [array.memory for array in self.sources.memories if array.is_large]
        return {
            "top.hpp": self._header(),
            "top.cpp": self._top(),
            "bounded.cpp": self._bounded(),
            "testbench.cpp": self._testbench(),
            **self._declarations(),
            **{memory.data_path: memory.words.tobytes() for memory in large},
            **self.outside_data,
        }

    def _declarations(self) -> dict[str, str]:
        """The files that declare memories."""
        files: dict[str, str] = {}
        for memory in self.sources.memories:
            files[memory.path] = files.get(memory.path, "") + memory.source()
        return files

    def _header(self) -> str:
        shapes = "\n".join(shape.source() for shape in self.sources.shapes)
        guard = f"QNN_{self.top.upper()}_TOP_HPP"
        return (
            f"#ifndef {guard}\n#define {guard}\n\n"
            f'#include "qnn.hpp"\n\n{self._signature()};\n\n'
            f"namespace {self.top}_parts {{\n\n{shapes}\n}}  // namespace {self.top}_parts\n\n"
            "#endif\n"
        )

    def _signature(self) -> str:
        args = [self._argument(port) for port in self.ports]
        return f"void {self.top}({', '.join([*args, 'unsigned frames'])})"

    def _argument(self, port: Port) -> str:
        return f"{self.port_type(port)} {port.name}"

    def port_type(self, port: Port) -> str:
        if self.is_stream(port):
            return f"{beats(port)}&"
        return f"{'' if port.written else 'const '}{word_of(port)}*"

    def is_stream(self, port: Port) -> bool:
        return port.link is not None or (self.streams and port.weights is None)

    def _start(self) -> str:
        host = '#ifndef __SYNTHESIS__\n#include "host.hpp"\n#endif\n' if self._is_large else ""
        includes = "".join(f'#include "{path}"\n' for path in self._declarations())
        return (
            f'#include "top.hpp"\n{host}\n'
            f"namespace {self.top}_parts {{\n{includes}}}  // namespace {self.top}_parts\n\n"
            f"{self._signature()} {{\n"
        )

    def _top(self) -> str:
        lines = [*self._port_pragmas(), "#pragma HLS DATAFLOW", *self._memory_pragmas()]
        for channel in self.sources.channels:
            lines.append(f'    {stream_of(channel)} {channel.name}("{channel.name}");')
            lines.append(f"#pragma HLS STREAM variable={channel.name} depth={channel.depth}")
        lines += ["", *(f"    {call.source()}" for call in self.sources.calls), "}"]
        using = f"    using namespace {self.top}_parts;"
        return self._start() + "\n".join([using, *lines]) + "\n"

    @property
    def _is_large(self) -> bool:
        return any(memory.is_large for memory in self.sources.memories)

    def _port_pragmas(self) -> list[str]:
        lines: list[str] = []
        for port in self.ports:
            if self.is_stream(port):
                lines.append(f"#pragma HLS INTERFACE axis port={port.name}")
                continue
            where = f"port={port.name} offset=slave bundle={port.name}"
            depth = f" depth={self._words(port)}" if self.frames else ""
            lines.append(f"#pragma HLS INTERFACE m_axi {where} max_widen_bitwidth=512{depth}")
            lines.append(f"#pragma HLS INTERFACE s_axilite port={port.name}")
        for name in ("frames", "return"):
            lines.append(f"#pragma HLS INTERFACE s_axilite port={name}")
        return lines

    def _words(self, port: Port) -> int:
        """The words of all frames in a memory; weights are there once."""
        frames = self.frames if port.weights is None else 1
        return -(-frames * port.frame_bytes // port.word_bytes)

    def _memory_pragmas(self) -> list[str]:
        memories = self.sources.memories
        return [f"#pragma HLS {text}" for memory in memories for text in memory.pragmas]

    def _bounded(self) -> str:
        lines = [f"    using namespace {self.top}_parts;"]
        lines += [declaration(channel) for channel in self.sources.channels]
        calls = ",\n".join(f"        [&] {{ {call.source()} }}" for call in self.sources.calls)
        lines.append(f"    hls::Processes::all().run({{\n{calls},\n    }});\n}}\n")
        return self._start() + "\n".join(lines)

    def _testbench(self) -> str:
        """A program that runs the frames in a folder, and compares the results with those there."""
        linked = any(port.link is not None for port in self.ports)
        lines = [f"std::size_t check_{self.top}(const std::string& folder) {{"]
        for port in self.outside:
            path = f'QNN_DATA "/weights/{port.name}.dat"'
            lines.append(f"    const qnn::Bytes {port.name}_bytes = qnn::read_file({path});")
        lines += self._one_by_one() if linked else self._all_at_once()
        body = "\n".join([*lines, "}"])
        return (
            f'#include "host.hpp"\n#include "top.hpp"\n\n{body}\n\n'
            "#ifndef QNN_BATCH\n"
            "int main(int count, char** arguments) {\n"
            f'    return check_{self.top}(count > 1 ? arguments[1] : "vectors") == 0 ? 0 : 1;\n'
            "}\n#endif\n"
        )

    def _all_at_once(self) -> list[str]:
        """A call for all frames."""
        first, lines = self.inputs[0], list[str]()
        for port in self.inputs:
            lines.append(f"    const qnn::Bytes {port.name}_bytes = {_read(f'{port.name}.bin')};")
        for port in self.inputs:
            given = f"{_path(f'{port.name}.bin')}, {port.name}_bytes, {port.frame_bytes}"
            if port is first:
                lines.append(f"    const unsigned frames = qnn::frames_of({given});")
            else:
                lines.append(f"    qnn::frames_of({given}, frames);")
        lines += [
            "#ifndef QNN_BATCH",
            "    if (frames == 0) return qnn::no_frames(folder);",
            "#endif",
        ]
        lines += [*self._call(), "    std::size_t differences = 0;"]
        for port in self.outputs:
            compared = f"{port.name}_bytes, {port.frame_bytes}"
            lines.append(self._after(port))
            lines.append(f'    differences += qnn::compare(folder + "/{port.name}", {compared});')
        return [*lines, "    return differences;"]

    def _one_by_one(self) -> list[str]:
        """A call for each frame: what comes over a link comes as the other device sends it."""
        lines: list[str] = []
        for port in (*self.inputs, *self.outputs):
            kind = "Outgoing" if port.written else "Incoming"
            file = f'folder + "/{port.name}", {port.frame_bytes}'
            lines.append(f"    qnn::{kind} {port.name}_file({file});")
        more = " && ".join(f"{port.name}_file.next()" for port in self.inputs)
        lines += [f"    while ({more}) {{", "        const unsigned frames = 1;"]
        body = [f"    const auto& {p.name}_bytes = {p.name}_file.frame;" for p in self.inputs]
        body += self._call()
        for port in self.outputs:
            body += [self._after(port), f"    {port.name}_file.put({port.name}_bytes);"]
        lines += [f"    {line}" for line in body]
        differences = " + ".join(f"{port.name}_file.differences()" for port in self.outputs)
        return [*lines, "    }", f"    return {differences};"]

    def _call(self) -> list[str]:
        """Runs the design on frames that are there as bytes."""
        args = [port.name + self._suffix(port) for port in self.ports]
        call = f"    {self.top}({', '.join([*args, 'frames'])});"
        return [*(line for port in self.ports for line in self._before(port)), call]

    def _suffix(self, port: Port) -> str:
        return "_port" if self.is_stream(port) else "_words.data()"

    def _before(self, port: Port) -> list[str]:
        """Declares what stands at a port."""
        name, words, bits = port.name, f"{port.name}_words", 8 * port.word_bytes
        if self.is_stream(port):
            lines = [f'    {beats(port)} {name}_port("{name}");']
            if not port.written:
                given = f"{name}_bytes, {port.frame_bytes}, {name}_port"
                lines.append(f"    qnn::send_frames({given});")
            return lines
        if port.written:
            count = f"qnn::words_for({_bytes(port)}, {port.word_bytes})"
            return [f"    std::vector<{word_of(port)} > {words}(std::size_t({count}));"]
        return [f"    const auto {words} = qnn::words_of<{bits}>({name}_bytes);"]

    def _after(self, port: Port) -> str:
        """Takes a result."""
        name = port.name
        taken = f"qnn::bytes_of<{8 * port.word_bytes}>({name}_words, {_bytes(port)})"
        if self.is_stream(port):
            taken = f"qnn::take_frames({name}_port, frames, {port.frame_bytes})"
        return f"    const qnn::Bytes {name}_bytes = {taken};"


def beats(port: Port) -> str:
    """The stream at a port."""
    return f"hls::stream<qnn::Beat<{8 * port.word_bytes}> >"


def _path(name: str) -> str:
    return f'folder + "/{name}"'


def _read(name: str) -> str:
    return f"qnn::read_file({_path(name)})"


def _bytes(port: Port) -> str:
    """How many bytes all frames take."""
    return f"std::size_t(frames) * {port.frame_bytes}"


def declaration(channel: Channel) -> str:
    """A stream that holds no more words than it has room for."""
    return f'    {stream_of(channel)} {channel.name}("{channel.name}", {channel.depth});'
