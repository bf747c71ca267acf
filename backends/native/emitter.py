"""Prints a plan as C++: a function for each step, and a table of all steps."""

from collections.abc import Sequence

from .plan import NativePlan
from .steps import Step
from .tensors import NativeTensor

HEADER = """\
#include "native.hpp"

using namespace qnn;

namespace {
"""

FOOTER = """\
}  // namespace

extern "C" long qnn_arena_bytes() { return NETWORK.arena_bytes; }

extern "C" void qnn_run(char* arena, const char* constants, const char* const* inputs,
                        char* const* outputs, long images, int threads)
{
    run(NETWORK, arena, constants, inputs, outputs, images, threads);
}

extern "C" const char* qnn_step(int number)
{
    return number < NETWORK.count ? NAMES[number] : nullptr;
}

extern "C" void qnn_profile(char* arena, const char* constants, const char* const* inputs,
                            char* const* outputs, int repeat, double* seconds)
{
    profile(NETWORK, arena, constants, inputs, outputs, repeat, seconds);
}
"""


def emit(plan: NativePlan) -> str:
    """The C++ source of a plan."""
    offsets = [
        f"constexpr long {tensor.name} = {offset};"
        for tensor, offset in sorted(plan.offsets.items(), key=lambda item: item[0].number)
    ]
    functions = [step_function(step) for step in plan.steps]
    return "\n".join([HEADER, *offsets, "", *functions, network_table(plan), "", FOOTER])


def step_function(step: Step) -> str:
    """A step as a C++ function; a layer's name is printed in ASCII."""
    body = "\n".join(f"    {line}" for line in step.lines)
    comment = step.comment.encode("ascii", "replace").decode()
    return (
        f"// {comment}\nvoid {step.name}([[maybe_unused]] const Frame& f, "
        f"[[maybe_unused]] Part part)\n{{\n{body}\n}}\n"
    )


def network_table(plan: NativePlan) -> str:
    """The `Network` (C++) that `run` needs: the steps, and the bytes of inputs, outputs and
    arena."""
    steps = ", ".join(step.name for step in plan.steps)
    names = ", ".join(f'"{step.name}"' for step in plan.steps)
    return "\n".join(
        [
            f"constexpr Step STEPS[] = {{{steps}}};",
            f"constexpr const char* NAMES[] = {{{names}}};",
            f"constexpr long INPUTS[] = {{{tensor_sizes(plan.inputs)}}};",
            f"constexpr long OUTPUTS[] = {{{tensor_sizes(plan.outputs)}}};",
            "constexpr Network NETWORK{"
            f"STEPS, {len(plan.steps)}, INPUTS, {len(plan.inputs)}, OUTPUTS, "
            f"{len(plan.outputs)}, {plan.arena_bytes}}};",
        ]
    )


def tensor_sizes(tensors: Sequence[NativeTensor]) -> str:
    """The bytes of each tensor."""
    return ", ".join(str(tensor.size) for tensor in tensors)
