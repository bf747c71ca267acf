"""Prints, as constraints for pip, the oldest versions that pyproject.toml allows of the packages
that the compiler itself imports. All other packages come in their newest versions."""

import re
import tomllib
from itertools import chain
from pathlib import Path

PROJECT = tomllib.loads(Path("pyproject.toml").read_text())["project"]
EXTRAS = (PROJECT["optional-dependencies"][name] for name in ("onnx", "torch", "hls"))

for requirement in chain(PROJECT["dependencies"], *EXTRAS):
    if found := re.fullmatch(r"([\w-]+)(?:\[.*\])?>=([\d.]+)", requirement):
        print(f"{found[1]}=={found[2]}")
