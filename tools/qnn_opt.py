"""`qnn-opt`: reads MLIR, runs passes in the order of their flags, and writes MLIR.

qnn-opt --fold-bn --minimize-accumulators in.mlir -o out.mlir
qnn-opt -p "fold-bn{max-error=1},minimize-accumulators" in.mlir
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, fields
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from xdsl.utils.exceptions import DiagnosticException
from xdsl.utils.target import Target
from xdsl.xdsl_opt_main import xDSLOptMain

from ..passes.driver.hooks import PrintAfter, Timing
from ..passes.driver.pipeline import Pipeline, PipelineError, PipelineHook
from ..passes.driver.registry import PASSES
from ..qdialect.diagnostics import did_you_mean, truncated
from ..qdialect.dialects import DIALECTS
from ..qdialect.text import parse_module, verify
from .errors import UsageError
from .files import read_text, write_whole
from .messages import report_errors

if TYPE_CHECKING:
    from .report.passes import PassView

MODULE_SEPARATOR = "// -----"
HIDDEN_OPTIONS = (
    "--frontend",
    "--shrink",
    "--print-between-passes",
    "--print-no-properties",
    "--no-implicit-module",
    "--disable-verify",
)
"""Options of xDSL's driver that are hidden from `--help`, because they have no use here."""


class QnnOpt(xDSLOptMain):
    """xDSL's driver with the dialects and passes of this project; every pass is a flag."""

    version_format = f"qnn-opt {version('qnn-dialect')}, with xDSL {{xdsl_version}}"

    def __init__(self, arguments: Sequence[str]):
        self.arguments = arguments
        rest, self.pipeline_text = take_passes(arguments)
        super().__init__("Runs passes over MLIR, in the order of their flags.", rest)

    def register_all_dialects(self) -> None:
        for name, load in DIALECTS.items():
            self.ctx.register_dialect(name, load)

    def register_all_passes(self) -> None:
        for name, entry in PASSES.items():
            self.register_pass(name, entry.load)

    def register_all_targets(self) -> None:
        self.available_targets["mlir"] = _load_mlir_target

    def register_all_arguments(self, arg_parser: argparse.ArgumentParser) -> None:
        super().register_all_arguments(arg_parser)
        arg_parser.prog = "qnn-opt"
        arg_parser.allow_abbrev = False
        arg_parser.formatter_class = argparse.RawDescriptionHelpFormatter
        arg_parser.epilog = passes_help() if {"-h", "--help"} & set(self.arguments) else None
        arg_parser.error = self._usage_error
        arg_parser.add_argument(
            "--check-semantics",
            type=_parse_seed,
            nargs="?",
            metavar="=SEED",
            help="run the module on random inputs before and after each pass, and compare results; "
            "the seed is 0 by default",
        )
        arg_parser.add_argument(
            "--check-inputs",
            action="append",
            metavar="FILE",
            help="compare the results on this input array: .npy or .npz:key; once per input of the "
            "module, in order",
        )
        arg_parser.add_argument(
            "--print-ir-after-all",
            action="store_true",
            help="print the module to standard error after each pass",
        )
        arg_parser.add_argument(
            "--page",
            metavar="FILE",
            help="write an HTML page that shows the module after each pass, and the changed lines",
        )
        self.options: list[str] = []
        for action in arg_parser._actions:  # pyright: ignore[reportPrivateUsage]
            if set(action.option_strings) & set(HIDDEN_OPTIONS):
                action.help = argparse.SUPPRESS
            else:
                self.options += [name for name in action.option_strings if name[:2] == "--"]
            if "--passes" in action.option_strings:
                action.help = 'a pipeline as text, such as "fold-bn{max-error=1},canonicalize"'

    @cached_property
    def view(self) -> "PassView":
        """The module after each pass, for a page."""
        from .report.passes import PassView

        return PassView()

    def setup_pipeline(self) -> None:
        hooks: list[PipelineHook] = []
        if self.args.print_ir_after_all:
            hooks.append(PrintAfter(sys.stderr))
        if self.args.check_semantics is not None or self.args.check_inputs:
            hooks.append(self._check())
        if self.args.time_passes:
            hooks.append(Timing(sys.stderr))
        if self.args.page is not None:
            hooks.append(self.view)
        self.passes = Pipeline.parse(self.pipeline_text, hooks)

    def _check(self) -> PipelineHook:
        from ..passes.driver.check_semantics import CheckSemantics
        from .arrays import load_array

        if not self.pipeline_text:
            raise UsageError("--check-semantics needs a pass, to run the module before and after")
        inputs = [load_array(name) for name in self.args.check_inputs or ()]
        return CheckSemantics(self.args.check_semantics or 0, inputs, sys.stderr)

    def run(self) -> None:
        """Reads, rewrites and writes; nothing is written after an error."""
        name = self.args.input_file or "-"
        text = read_text(name)
        parts = _split_modules(text) if self.args.split_input_file else [text]
        output = f"{MODULE_SEPARATOR}\n".join(self._process(part, name) for part in parts)
        if self.args.page is not None:
            page = self.view.page(f"qnn-opt {self.pipeline_text} {name}")
            write_whole(self.args.page, lambda file: _write_text(file, page))
        if self.args.output_file is None:
            sys.stdout.write(output)
            sys.stdout.flush()
        else:
            write_whole(self.args.output_file, lambda file: _write_text(file, output))

    def _process(self, text: str, name: str) -> str:
        """Runs the passes on a module; with --verify-diagnostics, returns the text of an error."""
        expected = self.args.verify_diagnostics or self.args.parsing_diagnostics
        try:
            module = parse_module(self.ctx, text, name)
            verify(module, text)
            self.passes.apply(module, self.ctx)
            return self.output_resulting_program(module).rstrip("\n") + "\n"
        except DiagnosticException as error:
            if not expected:
                raise
            return f"{error}\n"

    def _usage_error(self, message: str) -> NoReturn:
        unknown = re.search(r"unrecognized arguments: (-\S+)", message)
        if unknown is not None:
            flag = unknown[1].partition("=")[0]
            known = {*(f"--{name}" for name in PASSES), *self.options}
            message = f"unknown pass or option {flag}; {did_you_mean(flag, known)}"
        raise UsageError(message)


def _load_mlir_target() -> type[Target]:
    from xdsl.targets.mlir import MLIRTarget

    return MLIRTarget


def passes_help() -> str:
    """The end of `--help`: a line for each pass, and its options with their defaults."""
    lines = ['passes, each a flag that takes options as --NAME="KEY=VALUE ...":']
    for name, entry in PASSES.items():
        lines.append(f"  --{name:22}{entry.summary}")
        lines += [
            f"      {field.name.replace('_', '-')}="
            + ("" if field.default is MISSING else f"{field.default}")
            for field in fields(entry.load())
        ]
    example = "example: qnn-opt --fold-bn --minimize-accumulators in.mlir -o out.mlir"
    return "\n".join([*lines, "", example])


def _parse_seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"the seed must be a whole number from 0 on, not {text!r}")
    return int(text)


def take_passes(arguments: Sequence[str]) -> tuple[list[str], str]:
    """Splits a command line into its other arguments and the pipeline that its flags name."""
    rest: list[str] = []
    steps: list[str] = []
    words = iter(arguments)
    for word in words:
        flag, equals, value = word.partition("=")
        if flag.startswith("--") and flag[2:] in PASSES:
            steps.append(flag[2:] + (f"{{{value}}}" if equals else ""))
        elif flag in ("-p", "--passes"):
            steps.append(value if equals else _next_word(words, flag))
        elif word.startswith("-p") and not word.startswith("--"):
            steps.append(word[2:])
        elif word == "--check-semantics":
            rest.append("--check-semantics=0")  # the next argument is a file, not a seed
        else:
            rest.append(word)
    return rest, ",".join(filter(None, steps))


def _next_word(words: Iterator[str], flag: str) -> str:
    value = next(words, None)
    if value is None:
        raise UsageError(f'{flag} needs a pipeline, such as "fold-bn,canonicalize"')
    return value


def _split_modules(text: str) -> list[str]:
    """The modules of a split file, padded with blank lines so that line numbers stay correct."""
    parts = text.split(MODULE_SEPARATOR)
    lines = 0
    padded: list[str] = []
    for part in parts:
        padded.append("\n" * lines + part)
        lines += part.count("\n")
    return padded


def _write_text(file: BinaryIO, output: str) -> None:
    file.write(output.encode())


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    try:
        given = sys.argv[1:] if arguments is None else arguments
        return report_errors("qnn-opt", lambda: QnnOpt(given).run())
    except PipelineError as error:
        print(f"qnn-opt: {truncated(str(error))}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
