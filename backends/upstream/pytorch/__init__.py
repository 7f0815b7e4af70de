"""The public package `ptycho_torch`, operation by operation; each function names the public one that answers."""
