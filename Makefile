# Two commands set up all they need by themselves: `make demo` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# One thread a process: the test runner and the extraction bring their own processes.
export OMP_NUM_THREADS ?= 1

.PHONY: install demo test test-fast test-portable check docs bench clean

install: $(READY)

$(READY): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(VENV): this downloads PyTorch and takes a few minutes the first time."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --editable '.[dev,serve]'
	@# Without an index it says so in a line, and all works without the encoder.
	@$(BIN)/audiorec encoder add musicnn || true
	@touch $@

demo: $(READY)
	$(BIN)/audiorec demo

test: $(READY)
	$(BIN)/python -m pytest -n 2

test-fast: $(READY)
	$(BIN)/python -m pytest -n 2 -m "not slow"

# The tests that hold figures, as if on three other processors: code paths of OpenBLAS, MKL, ATen and oneDNN that every
# x86-64 of the last ten years has, with one thread and two.
FIGURES := tests/collaborative tests/cold_start tests/content tests/hybrid tests/labels tests/learning tests/network \
	tests/ranking tests/features/test_descriptors.py
PATHS := Nehalem,SSE4_2,default,SSE41,1 Sandybridge,AVX,default,AVX,2 Haswell,AVX2,avx2,AVX2,2

test-portable: $(READY)
	@for path in $(PATHS); do \
	  IFS=, read -r blas mkl aten onednn threads <<< "$$path"; \
	  echo "as $$blas with $$threads threads"; \
	  OPENBLAS_CORETYPE=$$blas MKL_ENABLE_INSTRUCTIONS=$$mkl ATEN_CPU_CAPABILITY=$$aten ONEDNN_MAX_CPU_ISA=$$onednn \
	    OMP_NUM_THREADS=$$threads $(BIN)/python -m pytest -n $$((2 / threads)) -m "not slow" $(FIGURES) || exit 1; \
	done

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell

# The tutorial and a page for each module, into build/docs; needs no network.
docs: $(READY)
	$(BIN)/python docs/build.py build/docs

# Benchmarks on public data (see docs/architecture.md); AUDIOREC_DATA names the folder.
bench: $(READY)
	$(BIN)/python benchmarks/extract_speed.py
	$(BIN)/python benchmarks/cold_start.py
	$(BIN)/python benchmarks/collaborative.py --split lastfm

clean:
	rm -rf build $(VENV)
