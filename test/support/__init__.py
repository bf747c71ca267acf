"""Support for the tests: builders of modules and designs, random generators, and reference
results."""
