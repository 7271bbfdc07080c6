//go:build integration

package document

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"gantry/awsx"
)

// reader reads .env files as python-dotenv does: one JSON text with a file in it a
// line in, the pairs that it holds a line out.
const reader = `
import io, json, sys
from dotenv.parser import parse_stream
for line in sys.stdin:
    pairs = []
    for b in parse_stream(io.StringIO(json.loads(line))):
        if b.error:
            pairs = None
            break
        if b.key is not None and b.value is not None:
            pairs.append([b.key, b.value])
    print(json.dumps(pairs))
`

// dotenvFile draws a file of lines that mean the same to every reader. What differs
// by design is left out: python-dotenv reads \' in single quotes, other escapes than
// those of ParseDotenv in double ones, keeps \$, and takes the last of two values.
func dotenvFile(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	text := func(pieces ...string) string {
		var b strings.Builder
		for range r.IntN(5) {
			b.WriteString(pick(pieces...))
		}
		return b.String()
	}
	var b strings.Builder
	for i := range 1 + r.IntN(6) {
		name := fmt.Sprintf("%s%d", pick("A", "DB_PASSWORD", "x_y", "_"), i)
		value := pick(
			pick("", "v", "=")+text("a", "#", " ", " #", "\t", "=", "x#y", "é", "$", ","),
			"v"+text("a", " ", `"`, "'", "#"),
			"#"+text("a", "#", "b1"),
			" "+text("#", "a", " "),
			"'"+text("a", "#", " # ", `"`, "\n", "$x")+"'"+pick("", " ", " # c", "# c"),
			`"`+text("a", "#", " # ", "'", "\n", `\n`, `\t`, `\"`, `\\`)+`"`+pick("", " ", "\t# c", "#"),
		)
		b.WriteString(pick("", "", "export ", "  ") + name + pick("=", "=", " = ", "= ") + value + pick("\n", "\n", "\r\n", "\n# c\n", "\n\n"))
	}
	return b.String()
}

// TestDotenvFilesAreReadAsPythonReadsThem compares with python-dotenv, which is what
// many a file is written for.
func TestDotenvFilesAreReadAsPythonReadsThem(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 1))
	files := []string{"CHANNEL=#tech\nDB_PASSWORD=#a1b2c3\nOK=x#y\n"}
	for range 3000 {
		files = append(files, dotenvFile(r))
	}
	var in strings.Builder
	for _, f := range files {
		line, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		in.WriteString(string(line) + "\n")
	}
	cmd := exec.CommandContext(t.Context(), "python3", "-c", reader)
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python-dotenv is needed: %v", err)
	}
	answers := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(answers) != len(files) {
		t.Fatalf("%d answers to %d files", len(answers), len(files))
	}
	compared := 0
	for i, f := range files {
		var want [][2]string
		if err := json.Unmarshal([]byte(answers[i]), &want); err != nil {
			t.Fatal(err)
		}
		got, err := ParseDotenv(f)
		if (err != nil) != (want == nil) {
			t.Errorf("%q: gantry says %v, python-dotenv reads %v", f, err, want)
			continue
		}
		if compared++; fmt.Sprint(namedValues(got)) != fmt.Sprint(want) && err == nil {
			t.Errorf("%q is read as %q, by python-dotenv as %q", f, namedValues(got), want)
		}
	}
	t.Logf("%d files compared", compared)
}

func namedValues(vars []awsx.EnvVar) [][2]string {
	var pairs [][2]string
	for _, v := range vars {
		pairs = append(pairs, [2]string{v.Name, v.Value.Reveal()})
	}
	return pairs
}
