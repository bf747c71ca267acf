"""The command line of `qnn`: a module per command, with its parser, its options as a frozen
dataclass, and the name of the function that runs it.

These modules import nothing heavy, so that `qnn --help` starts fast. The commands themselves are
in the folder above.
"""
