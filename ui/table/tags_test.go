package table_test

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"gantry/ui/table"
)

// tagged is a row with tags, or one whose tags nobody read.
type tagged struct {
	name string
	tags map[string]string
}

func taggedTable(rows ...tagged) *table.Table[tagged] {
	tb := table.New(table.Options[tagged]{
		Key:     func(r tagged) string { return r.name },
		Columns: []table.Column[tagged]{{ID: "name", Title: "NAME", Cell: func(r tagged) table.Cell { return table.Cell{Text: r.name} }}},
		Tags: func(r tagged) iter.Seq2[string, string] {
			if r.tags == nil {
				return nil
			}
			return maps.All(r.tags)
		},
	})
	tb.SetRows(rows)
	return tb
}

// TestATableIsNarrowedByTags, counts what it cannot judge, and goes on when rows come.
func TestATableIsNarrowedByTags(t *testing.T) {
	rows := []tagged{{"crane", map[string]string{"yard": "north"}}, {"crate", map[string]string{"yard": "south"}}, {"cradle", map[string]string{}}, {"crab", nil}}
	tb := taggedTable(rows...)
	for typed, want := range map[string]table.Counts{
		"":                      {Total: 4, Shown: 4},
		"tag:yard":              {Total: 4, Shown: 2, Untold: 1},
		"tag:yard=north":        {Total: 4, Shown: 1, Untold: 1},
		"!tag:yard":             {Total: 4, Shown: 1, Untold: 1},
		"cra tag:yard":          {Total: 4, Shown: 2, Untold: 1},
		"crate !tag:yard=north": {Total: 4, Shown: 1},
		"-f cn tag:yard":        {Total: 4, Shown: 1},
	} {
		if err := tb.SetFilter(typed); err != nil || tb.Counts() != want || tb.Filter() != typed {
			t.Errorf("%q: %+v, %v", typed, tb.Counts(), err)
		}
	}
	if err := tb.SetFilter("tag:yard=s*"); err != nil {
		t.Fatal(err)
	}
	if err := tb.SetFilter("tag:"); err == nil || tb.FilterError() == nil || tb.Filter() != "tag:yard=s*" {
		t.Errorf("half a filter: %v, %q in force", err, tb.Filter())
	}
	tb.SetRows(append(slices.Clone(rows), tagged{"crown", map[string]string{"yard": "side"}}))
	if got := tb.Counts(); got.Shown != 2 {
		t.Errorf("of rows that come %+v", got)
	}
}

// TestRowsWithoutTagsRefuseToBeAskedForThem.
func TestRowsWithoutTagsRefuseToBeAskedForThem(t *testing.T) {
	tb := newTable()
	tb.SetRows(services(3))
	if err := tb.SetFilter("a !tag:team"); err == nil || !strings.Contains(err.Error(), "no tags are read of these rows") {
		t.Errorf("%v", err)
	}
}

// BenchmarkFilterTags10000 is a letter typed into a filter for a tag, of rows with eight of them.
func BenchmarkFilterTags10000(b *testing.B) {
	rows := make([]tagged, many)
	for i := range rows {
		tags := map[string]string{}
		for _, key := range []string{"team", "tier", "environment", "cost-center", "stack", "owner", "version", "aws:ecs:serviceName"} {
			tags[key] = strings.Repeat(string(rune('a'+i%7)), 8)
		}
		rows[i] = tagged{strings.Repeat("x", i%9) + string(rune('a'+i%26)) + strings.Repeat("y", i/26), tags}
	}
	for name, typed := range map[string][2]string{"value": {"tag:team=bbbbbbb", "tag:team=bbbbbbbb"}, "wild": {"tag:team=b*", "tag:team=bb*"}} {
		b.Run(name, func(b *testing.B) {
			tb := taggedTable(rows...)
			for i := 0; b.Loop(); i++ {
				_ = tb.SetFilter(typed[i%2])
			}
		})
	}
}
