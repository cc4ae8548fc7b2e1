# make report: set up the environment and write the brief on Vietnam into figures/
# make test:   set up everything and run style, types and tests
# make bench:  time ours and the peers side by side: ROWS rows like BACI's, small questions, and 1 to 100 million
#              rows from Parquet to Parquet (about an hour); figures in figures/
PYTHON ?= python3
BIN := .venv/bin
ECONOMY ?= VNM
ROWS ?= 11000000

.PHONY: report test lint notebooks notebooks-html docs bench clean

report: .venv/report
	$(BIN)/tradeanalysis brief $(ECONOMY)

test: .venv/all lint
	$(BIN)/python -m pytest -n auto

lint: .venv/all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

notebooks: .venv/all
	$(BIN)/jupyter lab notebooks/01_first_look.ipynb

notebooks-html: .venv/all
	$(BIN)/jupyter nbconvert --to html --execute --output-dir figures/notebooks notebooks/*.ipynb

.venv/report: setup.cfg
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable ".[report,excel]"
	touch $@

.venv/all: setup.cfg .venv/report
	$(BIN)/python -m pip install --quiet --editable ".[all,dev]"
	touch $@

docs: .venv/all
	$(BIN)/python -m sphinx -q -W --keep-going docs/site build/site

bench: .venv/all
	$(BIN)/python benchmarks/world.py $(ROWS)
	$(BIN)/python benchmarks/small.py
	$(BIN)/python benchmarks/rca.py $(ROWS)
	$(BIN)/python benchmarks/folders.py
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/spark.py

clean:
	rm -rf .venv build dist *.egg-info
