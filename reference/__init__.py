"""The oracle: NumPy and SciPy, float64, written from the mathematics and to be read.

One file per idea, one clause per function. Nothing here is fast on purpose.
"""
