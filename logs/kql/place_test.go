package kql

import "testing"

func TestAPlaceTellsWhatMayStandThere(t *testing.T) {
	for before, want := range map[string]Place{
		``:                           {FieldPart, "", "", 1},
		`le`:                         {FieldPart, "", "le", 1},
		`level`:                      {FieldPart, "", "level", 1},
		`level `:                     {OperatorPart, "", "", 7},
		`level:`:                     {ValuePart, "level", "", 7},
		`level: er`:                  {ValuePart, "level", "er", 8},
		`level:error `:               {ConjunctionPart, "", "", 13},
		`level:error an`:             {ConjunctionPart, "", "an", 13},
		`level:error and `:           {FieldPart, "", "", 17},
		`level:error and not st`:     {FieldPart, "", "st", 21},
		`level:(error or `:           {ValuePart, "level", "", 17},
		`level:(error or wa`:         {ValuePart, "level", "wa", 17},
		`level:(error or (warn and `: {ValuePart, "level", "", 27},
		`level:(error) `:             {ConjunctionPart, "", "", 15},
		`level:(error) and a`:        {FieldPart, "", "a", 19},
		`(a:b or c`:                  {FieldPart, "", "c", 9},
		`took >= `:                   {NoPart, "", "", 0},
		`took >= 5 `:                 {ConjunctionPart, "", "", 11},
		`items:{ na`:                 {FieldPart, "", "na", 9},
		`"a b" `:                     {ConjunctionPart, "", "", 7},
		`level:"er`:                  {ValuePart, "level", `"er`, 7},
		`日:あ `:                       {ConjunctionPart, "", "", 5},
	} {
		if got := PlaceAt(before); got != want {
			t.Errorf("%s: %+v, want %+v", before, got, want)
		}
	}
}
