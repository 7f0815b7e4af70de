# Two commands on a fresh clone: `make parity` and `make test`. They need Python 3.11, pip and make.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help parity test test-long bench lint upstream clean

help:
	@echo "make parity   install, check the TensorFlow and the PyTorch backend, write the report"
	@echo "make test     install, run the whole test suite but what takes minutes each"
	@echo "make test-long  install, run that: every mutant of every backend among it"
	@echo "make bench    install, time both backends, check the timed answers (BENCH=--large: also those of 13 GB)"
	@echo "make lint     style checks and types"
	@echo "make upstream UPSTREAM=DIR  an environment for the public packages, whose source lies in DIR (docs/upstream.md)"
	@echo "make clean    remove the environment and the results of runs"

# Installed once; again only when what to install has changed.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[tensorflow,pytorch,audit,dev]'
	@touch $@

parity: $(STAMP)
	$(BIN)/ptychoparity check --scan auto

test: $(STAMP)
	@$(BIN)/python -P tests/suite.py shared alone checks

test-long: $(STAMP)
	@$(BIN)/python -P tests/suite.py long

bench: $(STAMP)
	$(BIN)/pytest benchmarks -p ptychoparity.benchmarks.plugin -q --benchmark-quiet $(BENCH)

# A type checker cannot follow the finder of an editable install: it reads links that give every room its name.
LINKS := build/lint
ROOMS := $(filter-out tests ptychoparity,$(patsubst %/__init__.py,%,$(wildcard */__init__.py)))

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@rm -rf $(LINKS) && mkdir -p $(LINKS)/ptychoparity
	@ln -s $(addprefix "$(CURDIR)"/,$(wildcard ptychoparity/*.*) $(ROOMS)) $(LINKS)/ptychoparity
	@ln -s "$(CURDIR)/tests" $(LINKS)
	cd $(LINKS) && "$(abspath $(BIN))/mypy" --config-file "$(CURDIR)/pyproject.toml" -p ptychoparity -p tests

# The public packages, on their own: what they pin does not go with ours. Their source is not installed, but read
# where it lies. On Linux without a GPU, take torch from where your CPU builds come from (PIP_EXTRA_INDEX_URL).
UPSTREAM_VENV := .venv.upstream

upstream:
	@test -f "$(UPSTREAM)/ptycho/__init__.py" || { echo 'make upstream UPSTREAM=DIR: no ptycho in "$(UPSTREAM)"' >&2; exit 2; }
	$(PYTHON) -m venv $(UPSTREAM_VENV)
	$(UPSTREAM_VENV)/bin/python -m pip install --quiet --requirement backends/upstream/requirements.txt
	@$(UPSTREAM_VENV)/bin/python backends/upstream/link.py "$(UPSTREAM)"

clean:
	rm -rf $(VENV) runs build
