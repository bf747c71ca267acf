"""Backends: a streaming design becomes the source code of a vendor's tools."""
