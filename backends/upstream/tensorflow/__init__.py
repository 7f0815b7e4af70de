"""The public package `ptycho`, operation by operation; each function names the public one that answers."""
