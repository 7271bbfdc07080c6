package change

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/audit"
)

// kept is a journal about one service: a change a minute.
type kept struct{ records []audit.Record }

var pantry = awsx.Ref{
	Context: awsx.ContextID{Profile: "p", Region: "r"},
	Cluster: "arn:aws:ecs:r:1:cluster/larder", ARN: "arn:aws:ecs:r:1:service/larder/jam",
}

// did notes a change that sent a call; undoes names the one that it undid.
func (k *kept) did(action, undoes string, numbers ...audit.Number) string {
	id := "chg-" + strconv.Itoa(len(k.records))
	r := audit.Record{Time: time.Unix(int64(len(k.records))*60, 0), Change: id, Who: "ada", Host: "loft", Context: pantry.Context.String(), Cluster: "larder", Service: "jam", Action: action}
	begin, call := r, r
	begin.Kind, call.Kind = audit.Begin, audit.Sent
	begin.Numbers, begin.Undoes = numbers, undoes
	k.records = append(k.records, begin, call)
	return id
}

func (k *kept) undoables(t *testing.T, svc awsx.Service, scaling *awsx.ScalableTarget) []Undoable {
	t.Helper()
	d := &Desk{Records: func() ([]audit.Record, error) { return k.records, nil }}
	made, err := d.made(pantry)
	if err != nil {
		t.Fatal(err)
	}
	return turned(made, svc, scaling)
}

func TestWhatTurnedNumbersIsTurnedBack(t *testing.T) {
	var k kept
	k.did("scale", "", audit.Number{Name: "count", Before: 7, After: 3})
	k.did("scaling", "", audit.Number{Name: "minimum", Before: 2, After: 3}, audit.Number{Name: "suspended", Before: 0, After: 1})
	k.did("env", "")
	got := k.undoables(t, awsx.Service{Desired: 3}, &awsx.ScalableTarget{Min: 3, Max: 9, SuspendedIn: true, SuspendedOut: true, SuspendedScheduled: true})
	if len(got) != 2 || got[0].Past+got[1].Past != "" || got[0].Back != "at least 2, scaling active" || got[1].Back != "7 tasks" {
		t.Fatalf("got %+v", got)
	}
	in, ok := got[0].Intent.(deploy.SetScaling)
	if !ok || *in.Min != 2 || in.Max != nil || *in.Suspend {
		t.Errorf("bounds are turned back by %+v", got[0].Intent)
	}
	if got[1].Intent != (deploy.Scale{Count: 7}) || !strings.Contains(got[1].String(), "by ada@loft") {
		t.Errorf("the count is turned back by %+v: %s", got[1].Intent, got[1])
	}
}

func TestWhatWasTurnedAgainDoesNotStand(t *testing.T) {
	var k kept
	k.did("scale", "", audit.Number{Name: "count", Before: 7, After: 3})
	k.did("scale", "", audit.Number{Name: "count", Before: 3, After: 5})
	got := k.undoables(t, awsx.Service{Desired: 5}, nil)
	if len(got) != 2 || got[0].Past != "" || got[1].Past != "a later change set the count again" {
		t.Errorf("got %+v", got)
	}
	if got := k.undoables(t, awsx.Service{Desired: 6}, nil); got[0].Past == "" {
		t.Errorf("a count that nobody here set is taken for the last change: %+v", got[0])
	}
	if _, ok := Last(k.undoables(t, awsx.Service{Desired: 6}, nil)); ok {
		t.Error("the last change is guessed")
	}
}

func TestWhatWasUndoneIsOffTheRecordWithWhatUndidIt(t *testing.T) {
	var k kept
	k.did("scale", "", audit.Number{Name: "count", Before: 2, After: 4})
	down := k.did("scale", "", audit.Number{Name: "count", Before: 4, After: 0})
	k.did("scale", down, audit.Number{Name: "count", Before: 0, After: 4})
	got := k.undoables(t, awsx.Service{Desired: 4}, nil)
	if len(got) != 1 || got[0].Back != "2 tasks" || got[0].Past != "" {
		t.Errorf("got %+v", got)
	}
}

func TestOtherServicesAndChangesThatSentNothingAreNoEvidence(t *testing.T) {
	var k kept
	k.did("scale", "", audit.Number{Name: "count", Before: 2, After: 4})
	others := slices.Clone(k.records)
	for i := range others {
		others[i].Service, others[i].Change = "honey", "chg-x"
	}
	k.did("scale", "", audit.Number{Name: "count", Before: 4, After: 9})
	k.records = append(k.records[:3], others...) // the second change began and sent nothing
	if got := k.undoables(t, awsx.Service{Desired: 4}, nil); len(got) != 1 || got[0].Back != "2 tasks" || got[0].Past != "" {
		t.Errorf("got %+v", got)
	}
}

func TestADeploymentIsKnownByTheChangeThatStartedIt(t *testing.T) {
	at := time.Unix(6000, 0)
	m := madeChange{begin: audit.Record{Time: at, Action: "image"}, end: audit.Record{Revision: "jam:9"}}
	for span, want := range map[time.Duration]bool{20 * time.Second: true, -10 * time.Second: true, time.Hour: false, -time.Hour: false} {
		if _, got := startedBy([]madeChange{m}, "jam:9", at.Add(span)); got != want {
			t.Errorf("after %s: %v", span, got)
		}
	}
	if _, ok := startedBy([]madeChange{m}, "jam:8", at); ok {
		t.Error("a deployment of another revision is taken for it")
	}
}
