# Every target installs what it needs into .venv first, and only when pyproject.toml changed.

# The system's own Python where it will do: one that pyenv compiled without --enable-optimizations took 3 to 4 % more
# of the processor for the same wall, and the service cannot reach what is below /root or /home.
PYTHON  ?= $(shell /usr/bin/python3 -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
             && echo /usr/bin/)python3
CAMERAS ?= 400
PORT    ?= 8080
SITES   ?= 0
SECONDS ?= 60
TARGET  ?= all

VENV := .venv
BIN  := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test check bench fuzz docs clean

help:
	@echo "make demo    the wall with $(CAMERAS) simulated cameras on http://127.0.0.1:$(PORT) (CAMERAS=, PORT=, SITES=)"
	@echo "make test    all tests, with real FFmpeg, GStreamer, LIVE555, Mosquitto and Chromium"
	@echo "make check   formatting, lint, types, architecture"
	@echo "make bench   the benchmarks; writes bench.json"
	@echo "make fuzz    feeds mutated bytes to what reads the network for $(SECONDS) s (SECONDS=, TARGET=)"
	@echo "make docs    draws the generated pages of docs/ again"
	@echo "make clean   removes .venv and all caches"

demo: $(VENV)/run.stamp
	@exec $(BIN)/commandwall demo --cameras $(CAMERAS) --port $(PORT) --sites $(SITES)

# In the order of pyproject.toml's testpaths: long files first, so that no process is left alone at the end.
test: $(VENV)/dev.stamp
	@.ci/system-packages
	@.ci/live555 $(VENV)
	@$(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder

check: $(VENV)/dev.stamp
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/pytest -q tests/arch

bench: $(VENV)/dev.stamp
	@.ci/system-packages
	@exec $(BIN)/python -m tests.bench --out bench.json

fuzz: $(VENV)/fuzz.stamp
	@exec $(BIN)/python -m tests.fuzz --seconds $(SECONDS) --target $(TARGET)

docs: $(VENV)/dev.stamp
	@$(BIN)/python docs/ref/draw_layouts.py
	@$(BIN)/python docs/ref/draw_panels.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find commandwall simulators tests docs -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/run.stamp: pyproject.toml .ci/venv
	@.ci/venv $(PYTHON) $(VENV)
	@touch $@

$(VENV)/dev.stamp: pyproject.toml .ci/venv
	@.ci/venv $(PYTHON) $(VENV) dev
	@touch $@ $(VENV)/run.stamp

$(VENV)/fuzz.stamp: pyproject.toml .ci/venv
	@.ci/venv $(PYTHON) $(VENV) dev,fuzz
	@touch $@ $(VENV)/dev.stamp $(VENV)/run.stamp
