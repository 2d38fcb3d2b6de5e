.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help run demo test check bench bench-quick bench-micro web openapi clean

# Builds target/debug/loggia with the same features as the tests do, so that neither undoes the other's work.
DEBUG_BINARY := cargo test --quiet --workspace --locked --no-run --test tidy

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: web ## Build everything and serve it on http://localhost:8080, data in ./data
	@cargo run --release --locked -- serve

demo: web ## Build everything and run two servers that know each other, data in ./demo-data
	@cargo run --release --locked -- demo

test: ## Everything that must hold; brings PostgreSQL, NATS and a browser itself
	@python3 scripts/test.py

check: ## The quick loop: formatting, lints, unit tests on SQLite, the web client's types and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo test --quiet --workspace --locked --lib --bins --test tidy
	@if [ -d web/node_modules ]; then cd web && npm run types && npm run lint; \
	else echo "web client not checked: make web installs its packages"; fi

BENCHES := cargo build --release --quiet --locked --package loggia --package loggia-benches && ulimit -n $$(ulimit -Hn) && $${CARGO_TARGET_DIR:-target}/release/loggia-benches run

bench: ## Measure everything beside what the machine allows; figures and a plot in target/bench
	@$(BENCHES)

bench-quick: ## As bench, smaller: about two minutes
	@$(BENCHES) --quick

bench-micro: ## Time one unit of each hot path
	@cargo bench --quiet --locked --package loggia-benches --features micro

web: ## Build the web client into web/dist
	@scripts/web-packages.sh
	@cd web && npm run --silent build

openapi: ## Write the generated files again: openapi/*.json, the sample configuration, the web client's API
	@scripts/web-packages.sh
	@$(DEBUG_BINARY)
	@python3 scripts/generated.py write

clean: ## Remove what was built; ./data stays
	cargo clean
	rm -rf web/dist web/node_modules web/test-results web/playwright-report
