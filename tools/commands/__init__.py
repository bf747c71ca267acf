"""The command line of `qnn`: for each command its parser, and its options as a frozen dataclass.

These modules import nothing heavy, so that `qnn --help` starts fast. The commands themselves are
in the folder above; `tools/qnn.py` joins the two.
"""
