# SPDX-License-Identifier: MIT

SHARED ?= ../shared
FUZZTIME ?= 20s

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

.PHONY: build
build: ## build ./fencebot
	CGO_ENABLED=0 go build -trimpath -o fencebot ./cmd/fencebot

.PHONY: demo
demo: ## install what is needed, then check a series that really deadlocks
	@scripts/deps build run
	@$(MAKE) --no-print-directory build
	@scripts/demo

.PHONY: test
test: ## install what the tests need, then run them all
	@scripts/deps build run test
	@$(MAKE) --no-print-directory build
	go vet ./...
	go test -race -timeout 20m ./...

.PHONY: lint
lint: ## gofmt, go vet, staticcheck; govulncheck where its database can be reached
	@scripts/lint

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (20s) each
	@scripts/fuzz $(FUZZTIME)

.PHONY: corpus
corpus: ## check the series of corpus/ and SHARED/corpus (../shared), and count the right answers; CASES="07 12" for some
	@scripts/deps build run
	@$(MAKE) --no-print-directory build
	@scripts/corpus $(SHARED) $(CASES)

.PHONY: peerdata
peerdata: ## hold the parsers against peers' test data under SHARED (../shared)
	@$(MAKE) --no-print-directory build
	@scripts/peerdata $(SHARED)

.PHONY: bench
bench: ## the numbers of README: ratios measured in one run on this machine
	@scripts/deps build run test
	@$(MAKE) --no-print-directory build
	@scripts/bench
