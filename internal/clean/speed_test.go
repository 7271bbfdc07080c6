package clean_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"gantry/internal/clean"
)

// worst are pieces of text that make scanners look far ahead or back for nothing,
// once for each piece.
var worst = []string{
	"://", "http://a:b/", "http://a:x", "eyJ-", "eyJhbGciOiJIUzI1NiJ9.", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "=", "a=", "token=",
	"signature=", "signature=a ", "auth=", `"`, `\"`, `"value":"`, `value:`, `"name":"x","value":`, `password:`, "password: a ", `password="\"`,
	"password: [", "password={", ";password=a b", "&a", ";", " -", " --password", " -u ", " -u a:b", `"--token`, "curl -u", "<password>", "<password",
	"$", "$1$", "$apr1$", "@tcp(", "a:@tcp(", "jdbc:oracle:", "jdbc:oracle:/", "\\", "\\n", "~", "Q~", "8Q~", ".atlasv1.", "ghp_", "sk-", "AIza", "pat.",
	"12345678:AA", "Basic ", "Basic QQ", "bearer ", "Cookie: ", "Cookie: a=b;", "authorization: ", "authorization: x ", "arn:", "\x1b[", "\x1b]", "\x1b[m",
	"\u009b", "\u00b0", "key", "api key:", "x.y-z_", "password ", "identified by ", "\x00", "(masked)", "password=(masked)", "a ", "\n", "secretKeyTokenPassword",
}

// TestTheWorstTextsAreReadToTheirEnd has no clock: what grew with the square of the text
// would outlast the time that a test may take, half a minute a piece.
func TestTheWorstTextsAreReadToTheirEnd(t *testing.T) {
	for _, piece := range worst {
		text := strings.Repeat(piece, 256<<10/len(piece))
		value, _ := clean.Value("X", text)
		if clean.Redact(text) == "" || value == "" {
			t.Errorf("256 KiB of %q are gone", piece)
		}
	}
}

// line200 is a line of 200 bytes without a credential.
const line200 = `2026-01-01T10:00:00.000Z INFO [http-8080-exec-3] c.e.shop.OrderService - order 17 placed: user=alice items=3 total=12.50 status=ok took=12ms trace=4bf92f3577b34da6a3ce929d0e0e4736 GET /api/orders/17 200`

// BenchmarkRedact is about lines as most are. The budget is 1 µs a line.
func BenchmarkRedact(b *testing.B) {
	b.SetBytes(int64(len(line200)))
	for b.Loop() {
		clean.Redact(line200)
	}
}

// BenchmarkRedactJSON is about a line of many short fields. The budget is 2 µs.
func BenchmarkRedactJSON(b *testing.B) {
	const line = `{"time":"2026-01-01T10:00:00Z","level":"info","logger":"shop","msg":"order placed","user":"alice","items":3,"total":12.5,"status":"ok","took":12,"trace":"4bf92f3577b34da6a3ce929d0e0e4736","path":"/o/17"}`
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		clean.Redact(line)
	}
}

// BenchmarkRedactWorst is about the texts of worst that took longest.
func BenchmarkRedactWorst(b *testing.B) {
	for _, size := range []int{64 << 10, 1 << 20} {
		for _, piece := range []string{"://", "http://a:x", "eyJ-", `"value":"`, "@tcp(", "a=", "token="} {
			text := strings.Repeat(piece, size/len(piece))
			b.Run(fmt.Sprintf("%dKiB/%q", size>>10, piece), func(b *testing.B) {
				b.SetBytes(int64(size))
				for b.Loop() {
					clean.Redact(text)
				}
			})
		}
	}
}

func BenchmarkRedactOrdinary(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var lines []string
	size := 0
	for i := range ordinary {
		lines = append(lines, fill(r, ordinary[i]))
		size += len(lines[i])
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, line := range lines {
			clean.Redact(line)
		}
	}
}
