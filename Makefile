.PHONY: build test race lint integration campaigns bench bench-program soak golden pictures dist

build:
	go build -o bin/gantry .

test:
	go test ./...

race:
	go test -race ./...

# What the compiler does not say: staticcheck's findings, code that nothing reaches,
# what does not compile for the other platforms, what go.mod has too much or too little of,
# and whether the modules are those of go.sum. Of staticcheck every check but names:
# AWS writes them with its own capitals. None of it is in go.mod itself.
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
DEADCODE = golang.org/x/tools/cmd/deadcode@v0.52.0
# The clients that stay at their last version without tables that fill before main.
EMPTY = ssm|cloudwatchlogs|ecr|eventbridge|secretsmanager

lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -d $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	go vet -tags integration ./...
	GOOS=darwin GOARCH=arm64 go vet ./...
	GOOS=windows GOARCH=amd64 go vet ./...
	@filled=$$(go list -deps . | grep -E '/service/($(EMPTY))/schemas$$'); test -z "$$filled" || { echo "tables that fill before main (docs/CONTRIBUTING.md): $$filled"; exit 1; }
	go mod tidy -diff
	go mod verify
	go run $(STATICCHECK) -checks all,-ST1003 -tags integration ./...
	@dead=$$(go run $(DEADCODE) -test -tags integration ./...) || exit 1; test -z "$$dead" || { echo "$$dead"; exit 1; }

# The built program in a pseudo-terminal against the simulator, moto, the aws
# CLI and a real OpenSearch. It fails, and says which, when one cannot start.
# Before that, a thousand scripts of changes that run into each other, a monkey that
# presses 20,000 keys on the demo (GANTRY_MONKEY is another seed), and what
# gantry masks, reads and writes held against gitleaks, python-dotenv and cfn-lint.
integration:
	go test -tags integration -count=1 -timeout 10m -run ManyInterleavings ./awsx/change
	go test -tags integration -count=1 -timeout 10m -run Monkey ./internal/app
	go test -tags integration -count=1 -run 'Gitleaks|PythonReads|ShapesAre' ./internal/clean ./awsx/document ./awsx/codify
	go test -tags integration -count=1 -timeout 45m -v ./internal/e2e/...

# What is worth hours and not each gate: twenty consoles of a team on one
# account, ten thousand of those scripts, and each fuzz test for so long as FUZZTIME says.
FUZZTIME = 10m

campaigns:
	go test -tags integration -count=1 -timeout 30m -run TwentyConsoles -v ./awsx/store
	GANTRY_SCRIPTS=10000 go test -tags integration -count=1 -timeout 3h -run ManyInterleavings ./awsx/change
	grep -rl --include='*_test.go' '^func Fuzz' . | while read -r file; do \
		for name in $$(sed -n 's/^func \(Fuzz[A-Za-z]*\).*/\1/p' "$$file"); do \
			go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "./$$(dirname "$$file")" || exit 1; \
		done; done

# The figures of docs/benchmarks.md.
bench:
	go test -run '^$$' -bench . -benchmem ./ui/... ./views/... ./awsx/... ./logs/... ./internal/...

# The figures of the built program against the simulator: some half an hour, and without -short
# as much again, for the targets of 5,000 services are read at three a second.
bench-program:
	go test -tags integration -run '^$$' -bench Start -benchtime 20x ./internal/e2e
	go test -tags integration -run '^$$' -bench Memory -benchtime 1x -timeout 20m ./internal/e2e
	go test -tags integration -run '^$$' -bench Limits -benchtime 1x -short -timeout 40m ./internal/e2e
	go test -tags integration -run 'AtRest|CursorIsCheap' -count=1 -v ./internal/e2e

# Two consoles on an account of 300 services for an hour, with everything going wrong that
# may; SOAK is another duration, such as 5m. It fails when memory or goroutines grow, or a
# screen is ever without rows.
SOAK = 1h

soak:
	SOAK=$(SOAK) go test -tags integration -run '^$$' -bench Soak -benchtime 1x -timeout 0 -v ./internal/e2e

# Writes the golden frames anew; read the difference before committing it.
golden:
	go test $$(grep -rlE '/(uitest|viewstest|changestest|exp/golden)"' --include='*_test.go' ui views | xargs -n1 dirname | sort -u | sed 's#^#./#') -update
	go test ./internal/app -run 'ThePage|Pictures' -update
	go test ./internal/cli -run PublishedSchemas -update

# Draws the pictures of docs/pictures anew, from the program on the simulated account.
pictures:
	go test ./internal/app -run Pictures -update

# What a release consists of, in dist/: archives for each platform, packages for Debian
# and RPM, bills of materials, a Containerfile and SHA256SUMS. Two runs at a commit write
# the same bytes.
dist:
	go run ./internal/dist -out dist
