"""Miniature backends, named by what they do: each has one fault, and a test says which check sees it.

They stand on the numpy backend, so all that differs from a conforming backend is the fault.
"""
