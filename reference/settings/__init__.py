"""Configuration: classes as tables of plain values, the flat store, the bridge into it, the torch layer."""
