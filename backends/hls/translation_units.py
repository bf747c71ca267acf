"""A design in several translation units, which g++ compiles at the same time.

The top function stays as it is. Others compile the functions that it calls, which are templates:

    template void qnn::fork<9>(unsigned, hls::stream<ap_uint<4> >&, ...);

and are declared as `extern` ahead of it.
"""

from .printer import ONE_RUN
from .source_files import Emitted
from .types import Call, stream_of


def instances(emitted: Emitted) -> list[str]:
    """The functions that a design calls, each once, as instances of the library's templates."""
    types = {"frames": "unsigned", ONE_RUN: "unsigned"}
    types |= {channel.name: f"{stream_of(channel)}&" for channel in emitted.sources.channels}
    types |= {port.name: emitted.port_type(port) for port in emitted.ports}
    for array in emitted.sources.memories:
        types[array.memory.name] = f"const ap_uint<{array.memory.bits}> (&){array.axes}"

    def instance(call: Call) -> str:
        return f"template void qnn::{call.function}({', '.join(types[arg] for arg in call.args)});"

    return list(dict.fromkeys(map(instance, emitted.sources.calls)))


def unit(emitted: Emitted, functions: list[str]) -> str:
    """A translation unit for some of them."""
    return f'#include "{emitted.top}/top.hpp"\nusing namespace {emitted.top}_parts;\n' + "".join(
        f"{function}\n" for function in functions
    )


def elsewhere(emitted: Emitted) -> str:
    """What says in the unit of the top function that others compile its processes."""
    return unit(emitted, [f"extern {function}" for function in instances(emitted)])
