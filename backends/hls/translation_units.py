"""A design in several translation units, which g++ compiles in parallel.

The unit of the top function declares the library's templates that the function calls, and the
other units instantiate them:

    template void qnn::fork<9>(unsigned, hls::stream<ap_uint<4> >&, ...);
"""

from .printer import ONE_RUN
from .source_files import HlsSource
from .types import LibraryCall, stream_of


def template_instances(source: HlsSource) -> list[str]:
    """The instantiation of each function that a design calls, each once."""
    types = {"frames": "unsigned", ONE_RUN: "unsigned"}
    types |= {channel.name: f"{stream_of(channel)}&" for channel in source.sources.channels}
    types |= {port.name: source.port_type(port) for port in source.ports}
    for array in source.sources.memories:
        types[array.memory.name] = f"const ap_uint<{array.memory.bits}> (&){array.axes}"

    def instance(call: LibraryCall) -> str:
        return f"template void qnn::{call.function}({', '.join(types[arg] for arg in call.args)});"

    return list(dict.fromkeys(map(instance, source.sources.calls)))


def translation_unit(source: HlsSource, instances: list[str]) -> str:
    """A translation unit with some of the instantiations."""
    return f'#include "{source.top}/top.hpp"\nusing namespace {source.top}_parts;\n' + "".join(
        f"{instance}\n" for instance in instances
    )


def extern_declarations(source: HlsSource) -> str:
    """Declares, for the unit of the top function, that other units instantiate its processes."""
    instances = [f"extern {instance}" for instance in template_instances(source)]
    return translation_unit(source, instances)
