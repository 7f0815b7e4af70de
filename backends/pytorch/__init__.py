"""The PyTorch candidate backend: one small file per operation, `adapter.PyTorchBackend` in front of them."""
