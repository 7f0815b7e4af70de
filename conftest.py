"""Options of the checks (--backend, --device, --profile, ...), and nothing else."""

pytest_plugins = ["ptychoparity.harness.plugin"]
