"""The pipeline: passes that run in order, built from objects or from text, with hooks.

Pipeline(FoldBnPass()).apply(module)
Pipeline.parse("fold-bn{max-error=1}", hooks=[Timing(sys.stderr)]).apply(module)
"""

import dataclasses
import re
from collections.abc import Iterable
from typing import Any, get_args, get_origin, get_type_hints

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.utils.arg_spec import ArgSpec, ParameterListType, parse_pipeline
from xdsl.utils.exceptions import ArgSpecParseError

from ...qdialect.diagnostics import did_you_mean
from ...qdialect.dialects import new_context
from ...qdialect.text import verify
from .registry import PASSES


class PipelineError(Exception):
    """The text of a pipeline has an unknown pass or option, or cannot be parsed."""


class PipelineHook:
    """Observes the run of a pipeline; subclasses override the methods that they need."""

    def start(self, module: ModuleOp) -> None:
        """Called before the first pass."""

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        """Called before each pass."""

    def after(self, step: ModulePass, module: ModuleOp) -> None:
        """Called after each pass, with the module verified."""


class Pipeline:
    """Passes that run in order; the module is verified after each."""

    def __init__(self, *passes: ModulePass, hooks: Iterable[PipelineHook] = ()):
        self.passes = passes
        self.hooks = tuple(hooks)

    @classmethod
    def parse(cls, text: str, hooks: Iterable[PipelineHook] = ()) -> "Pipeline":
        """Builds a pipeline from text in the syntax of `qnn-opt -p`."""
        _refuse_repeated_options(text)
        try:
            specs = list(parse_pipeline(_quoted(text)))
        except (ArgSpecParseError, ValueError) as error:
            reason = str(error).strip().splitlines()[-1].strip()
            raise PipelineError(f"can't read the pipeline {text!r}: {reason}") from None
        return cls(*map(_pass_of, specs), hooks=hooks)

    def apply(self, module: ModuleOp, ctx: Context | None = None) -> None:
        """Runs the passes on a module, in place."""
        ctx = ctx or new_context()
        for hook in self.hooks:
            hook.start(module)
        for step in self.passes:
            for hook in self.hooks:
                hook.before(step, module)
            step.apply(ctx, module)
            verify(module)
            for hook in self.hooks:
                hook.after(step, module)


def _refuse_repeated_options(text: str) -> None:
    """Raises an error for an option that is repeated; the parser would silently drop one value."""
    for name, options in re.findall(r"([\w-]+){([^{}]*)}", text):
        keys = re.findall(r"([\w-]+)=", options)
        for key in keys:
            if keys.count(key) > 1:
                raise PipelineError(f"{name}: the option {key} is given twice")


def _quoted(text: str) -> str:
    """Puts quotes around option values that xDSL's grammar requires to be quoted."""
    return re.sub(r"=([^\s\"{}=]+)", lambda m: f"={_quoted_unless_plain(m[1])}", text)


def _quoted_unless_plain(values: str) -> str:
    """Leaves numbers and words as they are."""
    return ",".join(
        value if re.fullmatch(r"-?\d+(\.\d+)?|[A-Za-z_]\w*|", value) else f'"{value}"'
        for value in values.split(",")
    )


def _pass_of(spec: ArgSpec) -> ModulePass:
    entry = PASSES.get(spec.name)
    if entry is None:
        raise PipelineError(f"there is no pass {spec.name}; {did_you_mean(spec.name, PASSES)}")
    kind = entry.load()
    options = [field.name.replace("_", "-") for field in dataclasses.fields(kind)]
    for key in spec.parameters:
        if key.replace("_", "-") not in options:
            raise PipelineError(f"{spec.name} has no option {key}; {did_you_mean(key, options)}")
    values = {
        key: _option_value(spec.name, key, value, get_type_hints(kind)[key.replace("-", "_")])
        for key, value in spec.parameters.items()
    }
    try:
        return kind.from_spec(ArgSpec(spec.name, values))
    except ValueError as error:
        raise PipelineError(f"{spec.name}: {' '.join(str(error).split())}") from None


OPTION_KINDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
}
"""How messages name the types of options."""


def _option_value(step: str, key: str, value: ParameterListType, field: Any) -> ParameterListType:
    """The value of an option in the type of its field; an integer is converted to a float."""
    types = [kind for kind in (get_args(field) or (field,)) if kind in OPTION_KINDS]
    if not value and bool in types:
        return (True,)
    if len(value) != 1 or len(types) != 1 or get_origin(field) is tuple:
        return value
    if types[0] is float and type(value[0]) is int:
        return (float(value[0]),)
    if type(value[0]) is not types[0]:
        raise PipelineError(f"{step}: {key} must be {OPTION_KINDS[types[0]]}, not {value[0]!r}")
    return value
