"""Configuration classes, the flat store, the bridges. Imports no framework: the client's parent process loads it."""
