"""The TensorFlow reference backend: one file per operation, TensorFlow imported here and nowhere else."""
