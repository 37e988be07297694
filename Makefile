# make demo    the shipped connectors against a real Kafka: Docker, or Java and Maven, or (files only) Node alone
# make test    the whole suite, against a real Kafka and registry
# make help    the rest

.DEFAULT_GOAL := help
# Ctrl-C ends make as it ends its command: by SIGINT (a shell shows 130), and without a line about the target. Left alone, make would
# return 2 where only the command was interrupted. It also does where the command is gone before make has seen to the signal.
run = trap : INT; $(1); status=$$?; [ $$status -ne 130 ] || { kill -INT $$PPID; sleep 0.3; exit 0; }; exit $$status
.PHONY: help node demo test check bench readers record-connect fuzz fault soak outages chaos screenshots model build node-matrix site release sbom clean

help:
	@sed -n 's/^\([a-z-]*\): .*## /  make \1 \t/p' Makefile | expand -t 20

demo: node ## run the shipped connectors against a real Kafka, and prove the result
	@$(call run,node scripts/build.js demo && node build/scripts/demo.js)

test: build ## run the whole test suite
	@$(call run,node build/scripts/test.js)

check: build ## lint, format, dead code, the site, licences, install scripts
	npx eslint .
	npx prettier --check . --log-level warn
	npx knip
	npx typedoc --options typedoc.site.json --logLevel Warn
	node build/scripts/dependencies.js

bench: build ## print the benchmark table (docs/benchmarks.md); SECTIONS="sampler …" for parts
	@$(call run,node build/bench/main.js $(SECTIONS))

readers: build ## nested values in every format, read by Java's deserializers and by fastavro (Maven, Python)
	@$(call run,READERS=all node build/scripts/test.js contract/readers.test.ts)

record-connect: build ## record again what Apache Kafka Connect answers (the REST contract)
	@$(call run,node build/scripts/record-connect.js)

fuzz: build ## send 10,000 wild requests to a worker
	@$(call run,FUZZ_REQUESTS=10000 node --test --test-reporter=spec build/test/unit/rest/fuzz.test.js)

fault: build ## run every fault scenario and print the table (docs/guarantees.md)
	@$(call run,node build/scripts/fault.js)
	@$(call run,GENESIS_KILLS=20 node build/scripts/test.js fault/lives-kill.test.ts)

chaos: build ## four workers, three brokers and faults that a seed chooses; MINUTES=10 SEED=42
	@$(call run,node build/scripts/chaos.js $(or $(MINUTES),3) $(SEED))

soak: build ## many connectors, REST calls and restarts for MINUTES=30: memory, handles, threads, verify
	@$(call run,node build/scripts/soak.js $(or $(MINUTES),30) $(SEED))

outages: build ## a connector through sessions, a quota, outages and a full disk, with its log; and the long variants of tests
	@$(call run,node build/scripts/outages.js)
	@$(call run,LONG=1 node build/scripts/test.js integration/session-renewal.test.ts integration/package-types.test.ts)

screenshots: build ## take the pictures of the page in docs/images again (Chromium); look at them
	@$(call run,node build/scripts/screenshots.js)

model: build ## make the shipped models again, byte for byte
	@$(call run,node build/scripts/make-models.js)

build: node ## install dependencies and compile
	@$(call run,node scripts/build.js)

node:
	@command -v node >/dev/null || { echo "genesis-connect needs Node 20.19.4 or later: https://nodejs.org"; exit 1; }

node-matrix: build ## unit and contract tests and one delivery on Node 20, 22, 24 and 26 (NODE=22: on one of them)
	@$(call run,node build/scripts/node-matrix.js $(NODE))

site: node_modules/.package-lock.json ## make the documentation site: build/site/index.html
	@npx typedoc --options typedoc.site.json --logLevel Warn
	@echo build/site/index.html

release: build ## make every place that names the version agree; VERSION=1.2.3 (publishes nothing)
	@$(call run,node build/scripts/release.js $(VERSION))

sbom: node_modules/.package-lock.json ## list what ships, in CycloneDX: build/sbom.json
	@mkdir -p build
	@npm sbom --sbom-format cyclonedx --omit dev > build/sbom.json
	@echo build/sbom.json

clean: ## remove what was built
	rm -rf build dist .demo
