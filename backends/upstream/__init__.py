"""The public packages as backends: `ptycho` (TensorFlow) and `ptycho_torch` (PyTorch) of hoidn/PtychoPINN.

The adapters call the public code and mend nothing: no dtype is repaired, no input is checked that the packages do
not check, no sign is turned. All they do is cross the boundary: NumPy arrays to tensors and back, names of inputs,
the layout that a public function takes. What a public function does not return is left out of the answer; what it
has no setting for is not claimed (`unsupported`).
"""
