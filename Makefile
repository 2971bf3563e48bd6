# Every target installs what it needs. Node 24 comes from npm (node_modules/.bin), whatever the system's Node is.
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
.DELETE_ON_ERROR:
.PHONY: help demo test proof lint format unit build generate cluster-up cluster-down bench

help: ## show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

node_modules/.installed: package.json package-lock.json
	@scripts/install.sh

demo: node_modules/.installed ## a real model through the whole way on a real cluster, with a report (DEMO_CONTEXT=<context> uses yours)
	@node demo/main.ts

test: node_modules/.installed ## everything that checks us
	@node scripts/test.ts

proof: node_modules/.installed ## what takes longer than the gate allows
	@node scripts/test.ts --proof

lint: node_modules/.installed ## types, lint and format, zero warnings
	@npm run --silent typecheck && npm run --silent lint && npm run --silent format:check

format: node_modules/.installed ## rewrite files in the project's format
	@npm run --silent format

unit: node_modules/.installed ## unit tests only (seconds, no cluster)
	@npm run --silent unit

build: node_modules/.installed ## dist/ from src/
	@node scripts/build.ts

generate: node_modules/.installed ## types, validator and docs from the schema
	@node scripts/generate.ts

cluster-up: node_modules/.installed ## the real test cluster (WITH="traefik tekton" adds parts)
	@node test/cluster/main.ts up $(if $(WITH),--with $(subst $(eval ) ,$(shell printf ','),$(strip $(WITH))))

cluster-down: node_modules/.installed ## remove the test cluster and everything it left
	@node test/cluster/main.ts down

bench: node_modules/.installed ## ratios against the peers
	@node bench/main.ts
