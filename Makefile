.PHONY: build test race integration bench golden

build:
	go build -o bin/gantry .

test:
	go test ./...

race:
	go test -race ./...

# The built program in a pseudo-terminal against the simulator, moto, the aws
# CLI and a real OpenSearch. It fails, and says which, when one cannot start.
integration:
	go test -tags integration -count=1 -timeout 20m -v ./internal/e2e/...

# The figures of docs/benchmarks.md.
bench:
	go test -run '^$$' -bench . -benchmem ./ui/... ./views/... ./awsx/... ./logs/... ./internal/...

# Writes the golden frames anew; read the difference before committing it.
golden:
	go test ./ui/... ./views/... -update
