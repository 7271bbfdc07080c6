package clean_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"gantry/internal/clean"

	"pgregory.net/rapid"
)

func TestLineShowsWhatATerminalWouldObey(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain":              {"api-orders 4/4", "api-orders 4/4"},
		"accents and kanji":  {"größe 東京", "größe 東京"},
		"tab":                {"a\tb", "a    b"},
		"newline":            {"a\nb", `a\nb`},
		"carriage return":    {"50%\r100%", `50%\r100%`},
		"colour":             {"\x1b[31mred\x1b[0m", `\x1b[31mred\x1b[0m`},
		"unterminated OSC":   {"\x1b]0;title", `\x1b]0;title`},
		"bell and backspace": {"\a\b", `\x07\x08`},
		"DEL and NUL":        {"\x7f\x00", `\x7f\x00`},
		"shift out":          {"\x0e\x0f", `\x0e\x0f`},
		"C1 CSI":             {"\u009b31m", `\u009b31m`},
		"C1 OSC":             {"\u009d", `\u009d`},
		"bidi override":      {"user\u202egnp.exe", `user\u202egnp.exe`},
		"bidi isolate":       {"\u2066x\u2069", `\u2066x\u2069`},
		"zero width":         {"pay\u200bpal", `pay\u200bpal`},
		"joiner":             {"a\u200db", `a\u200db`},
		"byte order mark":    {"\ufeffx", `\ufeffx`},
		"line separators":    {"a\u2028b\u2029c", `a\u2028b\u2029c`},
		"tag characters":     {"\U000e0041", `\U000e0041`},
		"Hangul filler":      {"\u3164", `\u3164`},
		"bad UTF-8":          {"a\xff\xc0b", `a\xff\xc0b`},
		"cut rune":           {"caf\xc3", `caf\xc3`},
		"surrogate":          {"\xed\xa0\x80", `\xed\xa0\x80`},
		"replacement itself": {"\ufffd", "\ufffd"},
		"leading mark":       {"\u0301a", `\u0301a`},
		"one mark":           {"e\u0301", "e\u0301"},
		"too many marks":     {"e\u0301\u0301\u0301\u0301\u0301", "e\u0301\u0301\u0301\u0301" + `\u0301`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := clean.Line(c.in); got != c.want {
				t.Errorf("Line(%q) = %q, want %q", c.in, got, c.want)
			}
			if clean.IsLine(c.in) != (c.in == c.want) {
				t.Errorf("IsLine(%q) = %v", c.in, clean.IsLine(c.in))
			}
		})
	}
}

func TestTextKeepsItsLines(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb":       "a\nb",
		"a\r\nb":     "a\nb",
		"a\rb":       `a\rb`,
		"a\n\u0301b": "a\n" + `\u0301b`,
		"\x1b[2J\nx": `\x1b[2J` + "\nx",
	} {
		if got := clean.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

// hostile draws strings that mix ordinary text with what attacks terminals.
func hostile() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOf(rapid.OneOf(
			rapid.String(),
			rapid.StringOfN(rapid.RuneFrom(nil, unicode.Cc, unicode.Cf, unicode.Mn, unicode.Zl, unicode.Zp, unicode.Co), 0, 8, -1),
			rapid.SampledFrom([]string{"\x1b[2J", "\x1b]52;c;eA==\a", "\u202e", "\r\n", "\t", "\xff", "\xe2\x80", "\u0301", "東"}),
			rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 8), func(b []byte) string { return string(b) }),
		)).Draw(t, "parts")
		return strings.Join(parts, "")
	})
}

func checkClean(t interface{ Fatalf(string, ...any) }, in string) {
	line, text := clean.Line(in), clean.Text(in)
	for _, out := range []string{line, text} {
		if !utf8.ValidString(out) {
			t.Fatalf("%q became invalid UTF-8: %q", in, out)
		}
		for _, r := range out {
			if r == '\n' && out == text {
				continue
			}
			if unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) {
				t.Fatalf("%q kept %U in %q", in, r, out)
			}
		}
	}
	if again := clean.Line(line); again != line {
		t.Fatalf("Line is not idempotent: %q, then %q", line, again)
	}
	if again := clean.Text(text); again != text {
		t.Fatalf("Text is not idempotent: %q, then %q", text, again)
	}
	if !clean.IsLine(line) {
		t.Fatalf("IsLine refuses the output %q", line)
	}
}

func TestCleanOutputIsPrintableValidAndStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkClean(t, hostile().Draw(t, "in")) })
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"plain", "\x1b[31m", "a\r\nb", "\xff\xfe", "e\u0301\u0301\u0301\u0301\u0301", "\u202e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkClean(t, s) })
}

func TestCleanTextIsReturnedWithoutAllocation(t *testing.T) {
	s := "2024-05-01 payments größe 東京 ok"
	if n := testing.AllocsPerRun(100, func() { _ = clean.Line(s) }); n != 0 {
		t.Errorf("Line allocates %v times on clean text", n)
	}
	if n := testing.AllocsPerRun(100, func() { _ = clean.Redact(s) }); n != 0 {
		t.Errorf("Redact allocates %v times on text without secrets", n)
	}
}

func BenchmarkLine(b *testing.B) {
	s := strings.Repeat(`level=info msg="GET /orders 200" took=12ms `, 4)
	for b.Loop() {
		_ = clean.Line(s)
	}
}
