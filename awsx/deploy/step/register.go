package step

import (
	"context"
	"fmt"
	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/document"
	"gantry/internal/fault"
	"gantry/internal/words"
	"strconv"
)

// Register registers a document as the next revision of a family.
type Register struct {
	Plain
	Family   string
	Document awsx.Document
	After    int // a revision that existed when the plan was made
	// Command does the same from the revision that the document was made of.
	Command string
}

// Describe names the family; the document itself may hold secrets.
func (s *Register) Describe() Description {
	return Description{
		Text:    fmt.Sprintf("register a new revision of %s (%d bytes)", s.Family, len(s.Document)),
		Command: s.Command,
	}
}

// Run registers the document.
func (s *Register) Run(ctx context.Context, w awsx.Writer, st *State) error {
	td, err := w.RegisterTaskDefinition(ctx, s.Document)
	if err != nil {
		return err
	}
	st.Registered = td
	return nil
}

// Look notes the newest revision: the one to be registered comes after it. Where it
// cannot be read, what was known to the plan has to do.
func (s *Register) Look(ctx context.Context, o On, _ bool, st *State) error {
	st.newest = s.After
	if latest, err := o.Account.TaskDefinition(ctx, s.Family); err == nil {
		st.newest = max(st.newest, latest.Revision)
	}
	return nil
}

// mostRegistered is how many revisions that came meanwhile are looked at.
const mostRegistered = 30

// Resolve looks at all revisions of the family that came since: when one says the same,
// the registration arrived. Had somebody else registered the same in between, deploying
// theirs would come to the same.
func (s *Register) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	sent, err := document.Parse(s.Document)
	if err != nil {
		return false, err
	}
	newest := 0 // that is ACTIVE
	latest, err := r.TaskDefinition(ctx, s.Family)
	if err == nil {
		newest = latest.Revision
	} else if fault.ClassOf(err) != fault.NotFound {
		return false, err
	}
	ended := ""
	for n := st.newest + 1; n <= st.newest+mostRegistered; n++ {
		td, err := r.TaskDefinition(ctx, s.Family+":"+strconv.Itoa(n))
		switch {
		case err != nil && fault.ClassOf(err) != fault.NotFound:
			return false, err
		case err != nil && n > newest && ended != "":
			return false, read.Untold{Why: ended + " says the same and is INACTIVE"}
		case err != nil && n > newest:
			return false, nil
		case err != nil:
			continue
		}
		found, err := document.Registrable(td)
		switch {
		case err != nil || !document.Same(found, sent):
		case td.Inactive(): // ended since, or ended before: a number is used once
			ended = awsx.ARNName(td.ARN)
		default:
			st.Registered = td
			return true, nil
		}
	}
	return false, read.Untold{Why: "more than " + words.Count(mostRegistered, "revision") + " were registered meanwhile"}
}

// Twins names the revisions that came with the one that a run registered and say the same:
// RegisterTaskDefinition takes no client token (ECS, Ensuring idempotency), so that a call
// which the network sends twice is two revisions. Where nothing can be read, none is known.
func (s *Register) Twins(ctx context.Context, o On, st State) []string {
	own := st.Registered
	if own == nil {
		return nil
	}
	ctx, cancel := o.looking(ctx)
	defer cancel()
	latest, err := o.Account.TaskDefinition(ctx, s.Family)
	sent, bad := document.Parse(s.Document)
	if err != nil || bad != nil {
		return nil
	}
	var twins []string
	for n := st.newest + 1; n <= min(latest.Revision, st.newest+mostRegistered); n++ {
		if n == own.Revision {
			continue
		}
		td, err := o.Account.TaskDefinition(ctx, s.Family+":"+strconv.Itoa(n))
		if err != nil || td.Inactive() {
			continue
		}
		if found, err := document.Registrable(td); err == nil && document.Same(found, sent) && td.RegisteredBy == own.RegisteredBy {
			twins = append(twins, awsx.ARNName(td.ARN))
		}
	}
	return twins
}
