package awsx

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Repository is a repository of the account's private registry.
type Repository struct {
	Name      string // path without the registry's host
	URI       string // with it, as image references begin
	ARN       string
	CreatedAt time.Time
	// Immutable is true where a tag cannot be moved to another image.
	Immutable bool
}

// RepositoryReader lists the repositories of the account's registry.
type RepositoryReader interface {
	// Repositories lists all of them, 1,000 a call, or those that are named; NotFound
	// when one of the named does not exist.
	Repositories(ctx context.Context, names ...string) Pages[Repository]
}

// Image is one image of an ECR repository.
type Image struct {
	Repository string // repository URI without tag
	Tags       []string
	Digest     string
	PushedAt   time.Time
	Size       int64 // bytes, compressed
	ScanStatus string
	// Findings are what a scan found, counted by severity (CRITICAL, HIGH, …); nil where
	// the service gave no summary, which is not the same as none found.
	Findings map[string]int
}

// severities are those of ECR's scans from the worst on.
var severities = []string{"CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED", "UNTRIAGED"}

// Worst is the gravest severity of which a scan found something; empty for none.
func (i Image) Worst() string {
	for _, s := range i.found() {
		return s
	}
	return ""
}

// found are the severities of which something was found, the worst first. What this
// version has no name for comes last.
func (i Image) found() []string {
	rank := func(s string) int {
		if at := slices.Index(severities, s); at >= 0 {
			return at
		}
		return len(severities)
	}
	names := slices.DeleteFunc(slices.Collect(maps.Keys(i.Findings)), func(s string) bool { return i.Findings[s] <= 0 })
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(rank(a)-rank(b), strings.Compare(a, b)) })
	return names
}

// Scan says what a scan came to: "1 critical, 4 high", "none found", or how far it got;
// empty where the image was not scanned.
func (i Image) Scan() string {
	var words []string
	for _, s := range i.found() {
		words = append(words, fmt.Sprintf("%d %s", i.Findings[s], strings.ToLower(s)))
	}
	switch {
	case words != nil:
		return strings.Join(words, ", ")
	case i.Findings != nil:
		return "none found"
	}
	return strings.ToLower(strings.ReplaceAll(i.ScanStatus, "_", " "))
}
