"""The documents say what there is."""

import re
from pathlib import Path

from qnn.frontends.onnx import nodes
from qnn.frontends.onnx.registry import HANDLERS

DOCS = Path(__file__).parents[2] / "docs"


def test_every_operator_of_onnx_is_listed() -> None:
    assert nodes.CHANNELS_LAST
    listed = set(re.findall(r"\w+", (DOCS / "import.md").read_text()))
    assert {name for name in HANDLERS if not name.startswith("Torch")} <= listed
