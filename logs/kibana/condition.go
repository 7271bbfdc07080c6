package kibana

import (
	"gantry/logs"
	"gantry/logs/kql"
)

// condition writes a filter in the query language of the store. Nothing is known of
// the index, so that each field is tried by its own name and by that which dynamic
// mappings give to its whole text.
func condition(f logs.Filter) kql.DSL {
	switch f := f.(type) {
	case logs.All:
		return conditions("filter", f)
	case logs.Any:
		if len(f) == 0 {
			return kql.DSL{"match_none": kql.DSL{}}
		}
		return conditions("should", f)
	case logs.Condition:
		return kql.Translate(f.Tree, nil, nil)
	case logs.Match:
		return match(f)
	}
	return kql.DSL{"match_all": kql.DSL{}}
}

func conditions(kind string, members []logs.Filter) kql.DSL {
	list := make([]kql.DSL, len(members))
	for i, m := range members {
		list[i] = condition(m)
	}
	return clauses(kind, list)
}

// clauses is a bool query of one kind of clauses.
func clauses(kind string, list []kql.DSL) kql.DSL {
	body := kql.DSL{kind: list}
	if kind == "should" {
		body["minimum_should_match"] = 1
	}
	return kql.DSL{"bool": body}
}

func match(m logs.Match) kql.DSL {
	var alternatives []kql.DSL
	for _, field := range m.Fields {
		for _, name := range []string{field, field + ".keyword"} {
			alternatives = append(alternatives, compare(name, m)...)
		}
	}
	if m.OrAbsent {
		var present []kql.DSL
		for _, field := range m.Fields {
			present = append(present, kql.DSL{"exists": kql.DSL{"field": field}})
		}
		alternatives = append(alternatives, clauses("must_not", []kql.DSL{clauses("should", present)}))
	}
	return clauses("should", alternatives)
}

// compare compares one field with the values.
func compare(field string, m logs.Match) []kql.DSL {
	op := "prefix"
	switch m.Op {
	case logs.Exact:
		return []kql.DSL{{"terms": kql.DSL{field: m.Values}}}
	case logs.Regexp:
		op = "regexp"
	case logs.Prefix:
	}
	var out []kql.DSL
	for _, v := range m.Values {
		out = append(out, kql.DSL{op: kql.DSL{field: kql.DSL{"value": v}}})
	}
	return out
}
