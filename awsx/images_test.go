package awsx

import "testing"

// TestAScanIsToldFromTheWorstOn: what this version has no name for comes last, and that
// there is no summary is not the same as that nothing was found.
func TestAScanIsToldFromTheWorstOn(t *testing.T) {
	for words, i := range map[string]Image{
		"":                                  {},
		"in progress":                       {ScanStatus: "IN_PROGRESS"},
		"none found":                        {ScanStatus: "COMPLETE", Findings: map[string]int{}},
		"2 low":                             {Findings: map[string]int{"LOW": 2, "HIGH": 0}},
		"1 critical, 3 medium, 9 elsewhere": {Findings: map[string]int{"ELSEWHERE": 9, "MEDIUM": 3, "CRITICAL": 1}},
	} {
		if got := i.Scan(); got != words {
			t.Errorf("%v: %q, want %q", i.Findings, got, words)
		}
	}
	if worst := (Image{Findings: map[string]int{"MEDIUM": 1, "HIGH": 2}}).Worst(); worst != "HIGH" {
		t.Errorf("the worst is %s", worst)
	}
}
