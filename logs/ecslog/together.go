package ecslog

import (
	"strings"

	"gantry/logs"
)

// Part is one of several subjects whose lines are read together. Name tells it from the
// others in what is said of them.
type Part struct {
	Name string
	Derivation
}

// Together is one query for the lines of several subjects, in whatever stores they are. An
// Origin's Part is the place in parts.
func Together(parts []Part) Derivation {
	if len(parts) == 1 {
		return parts[0].Derivation
	}
	var d Derivation
	var filters logs.Any
	var how []string
	store, scattered := "", false
	for i, p := range parts {
		if i == 0 {
			store = p.Query.Store
		}
		scattered = scattered || p.Query.Store != store
	}
	for _, p := range parts {
		d.Origins.parts = append(d.Origins.parts, partOrigins{p.Origins, finding(p.Query)})
		if p.Description != "" {
			how = append(how, p.Description)
		}
		if p.Query.MatchesNothing() {
			continue
		}
		where := p.Query.Where
		if scattered && p.Query.Store != "" {
			where = logs.From{Store: p.Query.Store, Where: where}
		}
		if any, ok := where.(logs.Any); ok {
			filters = append(filters, any...)
		} else {
			filters = append(filters, where)
		}
	}
	d.Query.Where = filters
	if !scattered {
		d.Query.Store = store
	}
	d.Description = strings.Join(how, "; ")
	d.Notes = together(parts)
	return d
}

// finding is what a query finds by a line's own fields; where that cannot be compared here,
// nothing.
func finding(q logs.Query) func(logs.Fielded) bool {
	finds, err := logs.Matching(q.Where)
	if err != nil || q.MatchesNothing() {
		return func(logs.Fielded) bool { return false }
	}
	return finds
}

// together are the notes on all parts, each with the names of those it is about.
func together(parts []Part) []string {
	var notes []string
	about := map[string][]string{}
	for _, p := range parts {
		for _, note := range p.Notes {
			if about[note] == nil {
				notes = append(notes, note)
			}
			about[note] = append(about[note], p.Name)
		}
	}
	for i, note := range notes {
		if len(about[note]) < len(parts) {
			notes[i] = strings.Join(about[note], ", ") + ": " + note
		}
	}
	return notes
}
