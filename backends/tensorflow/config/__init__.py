"""Configuration classes, the flat store and the bridge. Imports no TensorFlow: the client's parent loads it, too."""
