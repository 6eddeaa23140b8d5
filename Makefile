# One command each. `make help` lists them.

SWIFT ?= swift
PORT ?= 2379
SEEDS ?= 1..300
MINUTES ?= 10
STATES ?= 300000

# The product and the tests are built apart: tests see internals, which would cost the product optimisations.
PRODUCT_BUILD := $(SWIFT) build --package-path Server --scratch-path Server/.build/product -c release
# One test at a time: many of them load the machine, and those with deadlines would starve beside them.
TEST_FLAGS := -c release -Xswiftc -enable-testing
ROOT_TESTS := --scratch-path .build/tests $(TEST_FLAGS)
# Generated files say themselves that they are left out.
FORMATTED := Package.swift Sources Tests Style/Package.swift Style/Tests Server/Package.swift Server/Sources Server/Tests Server/Benchmarks \
	Benchmarks/Package.swift Benchmarks/Sources Benchmarks/Tests Examples/Counter Examples/Synod
SERVER_TESTS := --package-path Server --scratch-path Server/.build/tests $(TEST_FLAGS)

.PHONY: help run build test test-library test-server test-pages test-benchmarks test-examples specs specs-quick attack check golden pages simulate bench format tools test-tools clean

help: ## Lists the targets.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

run: build ## Builds and runs a cluster of three nodes on loopback until Ctrl-C (PORT= moves it).
	@Scripts/run-cluster $(PORT)

build: tools ## Builds the program in release mode: bin/decree.
	$(PRODUCT_BUILD) --product decree
	@mkdir -p bin
	@ln -sf ../Server/.build/product/release/decree bin/decree
	@echo "bin/decree is ready"

test: ## Installs what the tests need, runs all tests of all packages, and prints how long each part took.
	@Scripts/time-parts check specs-quick test-library test-server test-pages test-benchmarks test-examples

test-library: tools ## Runs the tests of the library.
	$(SWIFT) build --build-tests $(ROOT_TESTS)
	$(SWIFT) test --skip-build --no-parallel $(ROOT_TESTS)

test-server: test-tools ## Runs the tests of the server, with real processes and etcd beside it.
	$(SWIFT) build --build-tests $(SERVER_TESTS)
	PATH="$(CURDIR)/.build/peers/bin:$$PATH" $(SWIFT) test --skip-build --no-parallel $(SERVER_TESTS)

test-pages: test-tools ## Opens pages of runs in a browser, uses every control (PICTURES= keeps pictures), and looks whether the book is current.
	$(SWIFT) build $(SERVER_TESTS) --product decree
	python3 Tests/Pages/check_pages.py Server/.build/tests/release/decree $(PICTURES)
	Scripts/make-pages --check Server/.build/tests/release/decree

test-benchmarks: tools ## Runs the tests of the benchmark's own checks and figures.
	$(SWIFT) test --package-path Benchmarks --scratch-path Benchmarks/.build/tests

test-examples: tools ## Builds the examples, runs their tests and their demonstrations.
	@SWIFT=$(SWIFT) Scripts/test-examples

specs: ## Checks the TLA+ specifications with TLC from the jar that TLA2TOOLS names (CHECK=MODULE or MODULE/NAME).
	@Scripts/check-specs $(CHECK)

specs-quick: test-tools ## Checks those of the specifications that take seconds.
	@Scripts/check-specs --quick $(CHECK)

attack: test-tools ## Attacks the client port and the peer port with changed bytes and floods, each for MINUTES (10 unless set).
	$(SWIFT) build --build-tests $(ROOT_TESTS)
	ATTACK_MINUTES=$(MINUTES) $(SWIFT) test --skip-build --no-parallel $(ROOT_TESTS) --filter AttackTests
	$(SWIFT) build --build-tests $(SERVER_TESTS)
	ATTACK_MINUTES=$(MINUTES) $(SWIFT) test --skip-build --no-parallel $(SERVER_TESTS) --filter "AttackTests|FloodTests"

check: ## Checks style and formats, offline and fast.
	$(SWIFT) format lint --strict --recursive --parallel $(FORMATTED)
	$(SWIFT) test --package-path Style

golden: tools ## Writes anew what happens in the scenarios (Scenarios of DecreeSimulatorTests and DecreeLearningTests).
	$(SWIFT) build --build-tests $(ROOT_TESTS)
	DECREE_GOLDEN=rewrite $(SWIFT) test --skip-build $(ROOT_TESTS) --filter ScenarioTests
	@git --no-pager diff --stat -- Tests/DecreeSimulatorTests/Scenarios Tests/DecreeLearningTests/Scenarios

pages: build ## Writes anew what the chapters of Docs/learn show, and makes pages of all their runs: pages/index.html.
	@Scripts/make-pages

simulate: build ## Runs the simulator over SEEDS (1..300 unless set), explores STATES, and hunts every planted bug.
	bin/decree simulate --seeds $(SEEDS)
	bin/decree simulate --explore $(STATES)
	Scripts/hunt

bench: build ## Compares with etcd side by side (QUICK=1 for a minute's run).
	@Scripts/bench $(if $(QUICK),--quick) $(BENCH)

tools: ## Installs what the build needs (libnghttp2-dev, zlib1g-dev and pkg-config, through apt).
	@Scripts/install-tools build

test-tools: ## Installs what the tests need besides (etcdctl, Java and Chromium through apt, etcd and TLC through PyPI).
	@Scripts/install-tools test

format: ## Formats the sources in place.
	$(SWIFT) format --in-place --recursive --parallel $(FORMATTED)

clean: ## Removes all that was built.
	rm -rf .build Style/.build Server/.build Benchmarks/.build Examples/.build bin
