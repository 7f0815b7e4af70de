"""Host-side work the framework backends share: files, neighbour search, input checks. NumPy and SciPy only.

Never the arithmetic under test: what a contract compares is computed in each backend's own framework.
"""
