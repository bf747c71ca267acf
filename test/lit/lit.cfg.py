"""How lit runs these tests; `pytest` runs them as well (test/unit/test_lit.py).

A test is a `.mlir` file with its commands in RUN lines; a file without one fails. The folders
mirror the source. The commands of this project come from the Python that runs lit, or from the
folder of `--param commands=FOLDER`.

    lit -sv test/lit
"""

import os
import shutil
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, files
from importlib.util import find_spec

import lit.formats

config.name = "qnn"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = lit_config.params.get("exec_root", config.test_source_root)

commands = [lit_config.params.get("commands"), os.path.dirname(sys.executable)]
config.environment["PATH"] = os.pathsep.join([*filter(None, commands), os.environ["PATH"]])
config.environment["PYTHONWARNINGS"] = "error::RuntimeWarning"

# What compiles HLS C++: a test of it says REQUIRES: hls.
if shutil.which("g++") and find_spec("hls4ml"):
    config.available_features.add("hls")
# The emulator of Intel's FPGAs: REQUIRES: opencl.
with suppress(PackageNotFoundError):
    if find_spec("pyopencl") and files("intel-opencl-rt"):
        config.available_features.add("opencl")
if shutil.which("make"):
    config.available_features.add("make")

# The order matters: lit fills in %s, the test, and %t, a file name of its own, after these.
config.substitutions += [
    ("%{python}", f'"{sys.executable}"'),
    # Prints the module, checks it against the CHECK lines, and reads it back: nothing changes.
    (
        "%{pretty}",
        "qnn-opt %s -o %t.pretty && filecheck %s --match-full-lines --input-file %t.pretty "
        "&& qnn-opt %t.pretty | diff %t.pretty -",
    ),
    # The same in generic form, against the GENERIC lines; after a %{pretty}, whose text it gives.
    (
        "%{generic}",
        "qnn-opt %s --print-op-generic -o %t.generic "
        "&& filecheck %s --match-full-lines --check-prefix GENERIC --input-file %t.generic "
        "&& qnn-opt %t.generic | diff %t.pretty -",
    ),
    # The mistakes in the parts of a file, each a whole line of the output.
    (
        "%{diagnostics}",
        "qnn-opt %s --split-input-file --verify-diagnostics | filecheck %s --match-full-lines",
    ),
    # Runs a command that must end with a status: %{status} 2 qnn-opt --nonsense
    (
        "%{status}",
        """sh -c 'status=$1; shift; "$@"; test $? -eq "$status"' sh""",
    ),
]
