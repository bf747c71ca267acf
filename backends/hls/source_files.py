"""The files of an emitted design.

top.hpp            the top function and the parameters of all processes
top.cpp            the top function: one dataflow region
bounded.cpp        the same for a simulation with channels of bounded depth
weights/NAME.hpp   a memory; the data of a large one is in weights/NAME.dat for simulation, and in
                   weights/NAME.inc for synthesis, which reads no files
weights/NAME.dat   weights that come through a port
testbench.cpp      runs the frames in a folder, and compares the results with the expected ones
"""

from dataclasses import dataclass, replace
from functools import cached_property

from ..golden_vectors import Files
from ..netlist.netlist import Channel, DesignPort
from ..project import DesignSource
from .types import Sources, stream_of, word_of


@dataclass(frozen=True)
class HlsSource(DesignSource):
    """A design as source files."""

    streams: bool
    """Whether its ports for frames are AXI streams; otherwise they are memories."""
    sources: Sources
    frames: int = 0
    """Frames that the vendor's RTL simulation runs, from which the sizes of the ports' memories
    follow; 0 without one."""

    def tested_with(self, frames: int) -> "HlsSource":
        return replace(self, frames=frames)

    @cached_property
    def files(self) -> Files:
        large = [array for array in self.sources.memories if array.is_large]
        return {**self.simulated, **{array.text_path: array.initializer() for array in large}}

    @cached_property
    def simulated(self) -> Files:
        """The files that g++ needs: large memories are data files, without initializers."""
        large = [array.memory for array in self.sources.memories if array.is_large]
        return {
            "top.hpp": self._header(),
            "top.cpp": self._top(),
            "bounded.cpp": self._bounded(),
            "testbench.cpp": self._testbench(),
            **self._declarations(),
            **{memory.data_path: memory.words.tobytes() for memory in large},
            **self.weight_data,
        }

    def _declarations(self) -> dict[str, str]:
        """The files that declare memories."""
        files: dict[str, str] = {}
        for memory in self.sources.memories:
            files[memory.path] = files.get(memory.path, "") + memory.source()
        return files

    def _header(self) -> str:
        structs = "\n".join(struct.source() for struct in self.sources.structs)
        guard = f"QNN_{self.top.upper()}_TOP_HPP"
        return (
            f"#ifndef {guard}\n#define {guard}\n\n"
            f'#include "qnn.hpp"\n\n{self._signature()};\n\n'
            f"namespace {self.top}_parts {{\n\n{structs}\n}}  // namespace {self.top}_parts\n\n"
            "#endif\n"
        )

    def _signature(self) -> str:
        args = [self._argument(port) for port in self.ports]
        return f"void {self.top}({', '.join([*args, 'unsigned frames'])})"

    def _argument(self, port: DesignPort) -> str:
        return f"{self.port_type(port)} {port.name}"

    def port_type(self, port: DesignPort) -> str:
        if self.is_stream(port):
            return f"{beats(port)}&"
        return f"{'' if port.is_output else 'const '}{word_of(port)}*"

    def is_stream(self, port: DesignPort) -> bool:
        return port.link is not None or (self.streams and port.weights is None)

    def _file_start(self) -> str:
        """The start of the top function's file, up to its body."""
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
        return self._file_start() + "\n".join([using, *lines]) + "\n"

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

    def _words(self, port: DesignPort) -> int:
        """Words of the port's memory for all frames; weights are stored once."""
        frames = self.frames if port.weights is None else 1
        return -(-frames * port.frame_bytes // port.word_bytes)

    def _memory_pragmas(self) -> list[str]:
        memories = self.sources.memories
        return [f"#pragma HLS {text}" for memory in memories for text in memory.pragmas]

    def _bounded(self) -> str:
        lines = [f"    using namespace {self.top}_parts;"]
        lines += [bounded_stream(channel) for channel in self.sources.channels]
        calls = ",\n".join(f"        [&] {{ {call.source()} }}" for call in self.sources.calls)
        lines.append(f"    hls::Processes::all().run({{\n{calls},\n    }});\n}}\n")
        return self._file_start() + "\n".join(lines)

    def _testbench(self) -> str:
        """A program that runs the frames in a folder, and compares the results with the expected
        ones there."""
        linked = any(port.link is not None for port in self.ports)
        lines = [f"std::size_t check_{self.top}(const std::string& folder) {{"]
        for port in self.weight_ports:
            path = f'QNN_DATA "/weights/{port.name}.dat"'
            lines.append(f"    const qnn::Bytes {port.name}_bytes = qnn::read_file({path});")
        lines += self._frame_by_frame() if linked else self._one_call()
        body = "\n".join([*lines, "}"])
        return (
            f'#include "host.hpp"\n#include "top.hpp"\n\n{body}\n\n'
            "#ifndef QNN_BATCH\n"
            "int main(int count, char** arguments) {\n"
            f'    return check_{self.top}(count > 1 ? arguments[1] : "vectors") == 0 ? 0 : 1;\n'
            "}\n#endif\n"
        )

    def _one_call(self) -> list[str]:
        """One call of the top function for all frames."""
        first, lines = self.inputs[0], list[str]()
        for port in self.inputs:
            lines.append(
                f"    const qnn::Bytes {port.name}_bytes = {_file_contents(f'{port.name}.bin')};"
            )
        for port in self.inputs:
            frames = f"{_vector_path(f'{port.name}.bin')}, {port.name}_bytes, {port.frame_bytes}"
            if port is first:
                lines.append(f"    const unsigned frames = qnn::frames_of({frames});")
            else:
                lines.append(f"    qnn::frames_of({frames}, frames);")
        lines += [
            "#ifndef QNN_BATCH",
            "    if (frames == 0) return qnn::no_frames(folder);",
            "#endif",
        ]
        lines += [*self._top_call(), "    std::size_t differences = 0;"]
        for port in self.outputs:
            compared = f"{port.name}_bytes, {port.frame_bytes}"
            lines.append(self._result_bytes(port))
            lines.append(f'    differences += qnn::compare(folder + "/{port.name}", {compared});')
        return [*lines, "    return differences;"]

    def _frame_by_frame(self) -> list[str]:
        """A call for each frame, since another device sends frames over a link one by one."""
        lines: list[str] = []
        for port in (*self.inputs, *self.outputs):
            kind = "Outgoing" if port.is_output else "Incoming"
            file = f'folder + "/{port.name}", {port.frame_bytes}'
            lines.append(f"    qnn::{kind} {port.name}_file({file});")
        more = " && ".join(f"{port.name}_file.next()" for port in self.inputs)
        lines += [f"    while ({more}) {{", "        const unsigned frames = 1;"]
        body = [f"    const auto& {p.name}_bytes = {p.name}_file.frame;" for p in self.inputs]
        body += self._top_call()
        for port in self.outputs:
            body += [self._result_bytes(port), f"    {port.name}_file.put({port.name}_bytes);"]
        lines += [f"    {line}" for line in body]
        differences = " + ".join(f"{port.name}_file.differences()" for port in self.outputs)
        return [*lines, "    }", f"    return {differences};"]

    def _top_call(self) -> list[str]:
        """Calls the top function on frames that the variables `NAME_bytes` hold."""
        args = [port.name + self._variable_suffix(port) for port in self.ports]
        call = f"    {self.top}({', '.join([*args, 'frames'])});"
        return [*(line for port in self.ports for line in self._port_variables(port)), call]

    def _variable_suffix(self, port: DesignPort) -> str:
        return "_port" if self.is_stream(port) else "_words.data()"

    def _port_variables(self, port: DesignPort) -> list[str]:
        """Declares the memory or stream at a port, with the frames of an input."""
        name, words, bits = port.name, f"{port.name}_words", 8 * port.word_bytes
        if self.is_stream(port):
            lines = [f'    {beats(port)} {name}_port("{name}");']
            if not port.is_output:
                sent = f"{name}_bytes, {port.frame_bytes}, {name}_port"
                lines.append(f"    qnn::send_frames({sent});")
            return lines
        if port.is_output:
            count = f"qnn::words_for({_all_bytes(port)}, {port.word_bytes})"
            return [f"    std::vector<{word_of(port)} > {words}(std::size_t({count}));"]
        return [f"    const auto {words} = qnn::words_of<{bits}>({name}_bytes);"]

    def _result_bytes(self, port: DesignPort) -> str:
        """The bytes of a result."""
        name = port.name
        result = f"qnn::bytes_of<{8 * port.word_bytes}>({name}_words, {_all_bytes(port)})"
        if self.is_stream(port):
            result = f"qnn::take_frames({name}_port, frames, {port.frame_bytes})"
        return f"    const qnn::Bytes {name}_bytes = {result};"


def beats(port: DesignPort) -> str:
    """The type of an AXI stream at a port."""
    return f"hls::stream<qnn::Beat<{8 * port.word_bytes}> >"


def _vector_path(name: str) -> str:
    return f'folder + "/{name}"'


def _file_contents(name: str) -> str:
    return f"qnn::read_file({_vector_path(name)})"


def _all_bytes(port: DesignPort) -> str:
    """The number of bytes of all frames."""
    return f"std::size_t(frames) * {port.frame_bytes}"


def bounded_stream(channel: Channel) -> str:
    """The declaration of a stream with the depth of its channel."""
    return f'    {stream_of(channel)} {channel.name}("{channel.name}", {channel.depth});'
