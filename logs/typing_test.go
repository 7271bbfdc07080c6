package logs

import (
	"strings"
	"testing"
)

// lexicon are the fields and values of some lines.
type lexicon map[string][]string

func (w lexicon) Names() []string              { return w[""] }
func (w lexicon) Values(field string) []string { return w[field] }

var seen = lexicon{"": {"message", "status", "level", "a b"}, "level": {"info", "3"}, "path": {"/x y", "plain"}}

func TestAQueryIsOfferedToGoOn(t *testing.T) {
	for before, want := range map[string]string{
		``:                      `1 message:|status:|level:|a b:`,
		`st`:                    `1 status:`,
		`status`:                `1 status:|status >= |status:*`,
		`n`:                     `1 not `,
		`status `:               `8 : |< |<= |> |>= |and |or `,
		`level:`:                `7 info |error |warn |debug |fatal |trace `,
		`level:E`:               `7 error `,
		`not level:(error or w`: `21 warn `,
		`path:`:                 `6 "/x y" |plain `,
		`path:plain`:            `6 plain and |plain or `,
		`path:"/`:               `6 "/x y" `,
		`level:error `:          `13 and |or `,
		`level:error o`:         `13 or `,
		`level:error and st`:    `17 status:`,
		`lucene:st`:             `0 `,
		`status > `:             `0 `,
	} {
		o := Offer(before, seen)
		if got := strings.TrimPrefix(strings.Join([]string{string(rune('0' + o.From%10)), strings.Join(o.Text, "|")}, " "), ""); o.From < 10 && got != want || o.From >= 10 && !strings.HasSuffix(want, strings.Join(o.Text, "|")) {
			t.Errorf("%q: %d %s, want %s", before, o.From, strings.Join(o.Text, "|"), want)
		}
	}
}

func TestAnUnknownFieldIsAskedBack(t *testing.T) {
	for query, want := range map[string]string{
		`levle:x`: "level", `statsu > 3`: "status", `mesage:x and level:y`: "message", `status.keyword:1`: "", `level:x`: "", `quite_other:x`: "", `le*:x`: "", `x`: "",
	} {
		var got []string
		for _, name := range Meant(expr(t, query), seen) {
			got = append(got, name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s probably means %q, want %q", query, got, want)
		}
	}
}

func TestAQueryIsNarrowedByAValue(t *testing.T) {
	for _, c := range []struct {
		query, field, value string
		out                 bool
		want                string
	}{
		{"", "status", "503", false, "status:503"},
		{"a or b", "path", "/x", false, `(a or b) and path:"/x"`},
		{"a", "path", `say "x"`, true, `a and not path:"say \"x\""`},
		{"a and b", "level", "not", false, `a and b and level:"not"`},
		{"lucene:a OR b", "path", "/x", true, `lucene:(a OR b) AND (*:* AND NOT path:"/x")`},
	} {
		if got := expr(t, c.query).Narrowed(c.field, c.value, c.out).String(); got != c.want {
			t.Errorf("%s narrowed by %s is %s, want %s", c.query, c.field, got, c.want)
		}
	}
}

// TestWordsLikeAnAssignmentAreAskedBack: Kibana's language compares with a colon.
func TestWordsLikeAnAssignmentAreAskedBack(t *testing.T) {
	for query, want := range map[string]string{
		`level=error`: "level:error", `LEVEL == Error`: `level:Error`, `Status=503 and level:x`: "status:503",
		`not (level = warn)`: "level:warn", `nobody=knows`: "", `level:error`: "", `a = `: "", `lucene:level=error`: "",
	} {
		e, err := ParseExpr(query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		got := ""
		for _, compared := range Assigned(e, seen) {
			got = compared
		}
		if got != want {
			t.Errorf("%s: offers %s, want %s", query, got, want)
		}
	}
}
