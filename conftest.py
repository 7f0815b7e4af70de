"""Options of the checks (--backend, --device, --profile, ...), and nothing else."""

pytest_plugins = ["harness.plugin"]
