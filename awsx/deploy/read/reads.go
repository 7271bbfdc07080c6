package read

import (
	"context"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/internal/crash"
)

// Read is one thing of the account that a verb depends on. The zero value reads
// nothing.
type Read struct {
	name string
	// ask reads it and returns where the answer goes. Its error says that it could
	// not be read.
	ask func(*session) (put func(*Current), err error)
	// required refuses the plan when it cannot be read; else the answer keeps the
	// error, for the check concerned to tell.
	required bool
	// beside is true when only checks and estimates need it: a draft does not wait
	// for it.
	beside bool
	facts  []fact
}

// Mind is a fact of something that was read which must still hold when the plan is
// carried out. What names it in words, such as "desired count".
type Mind[T any] struct {
	What string
	Fact func(T) string
}

// fact is a Mind of something in Current.
type fact struct {
	what string
	of   func(Current) string
}

// required makes the read of what a plan cannot be made without. It is kept in a
// field of Current.
func required[T any](name string, field func(*Current) *T, ask func(*session) (T, error), minds ...Mind[T]) Read {
	return Read{name: name, required: true, facts: factsOf(field, minds),
		ask: func(s *session) (func(*Current), error) {
			v, err := once(s, name, func() (T, error) { return ask(s) })
			return func(cur *Current) { *field(cur) = v }, err
		}}
}

// answered makes the read of what a plan can do without. The answer is kept with its
// error.
func answered[T any](name string, field func(*Current) *Answer[T], ask func(*session) (T, error), minds ...Mind[T]) Read {
	value := func(cur *Current) *T { return &field(cur).Value }
	return Read{name: name, facts: factsOf(value, minds),
		ask: func(s *session) (func(*Current), error) {
			v, err := once(s, name, func() (T, error) { return ask(s) })
			return func(cur *Current) { *field(cur) = Answer[T]{Value: v, Err: err, Done: true} }, err
		}}
}

func factsOf[T any](field func(*Current) *T, minds []Mind[T]) []fact {
	var facts []fact
	for _, m := range minds {
		facts = append(facts, fact{m.What, func(cur Current) string { return m.Fact(*field(&cur)) }})
	}
	return facts
}

// Beside returns the read as one that only checks and estimates need.
func (r Read) Beside() Read {
	r.beside = true
	return r
}

// Precondition is one fact that must still hold when a plan is carried out. Only what
// the verb touches has one: a deploy does not mind a count that autoscaling moved.
type Precondition struct {
	What string // in words, such as "task definition"
	Was  string
	read Read // by which it is read again
	now  func(Current) string
}

// Condition makes the precondition that something about what was read stays as it is
// in cur. It is for what only a draft chose: all else is minded by the reads.
func (r Read) Condition(what string, cur Current, of func(Current) string) Precondition {
	return Precondition{What: what, Was: of(cur), read: r, now: of}
}

// Now is what the fact is by what was read again.
func (p Precondition) Now(cur Current) string { return p.now(cur) }

// Preconditions returns the facts that reads mind, as they were read.
func Preconditions(reads []Read, cur Current) []Precondition {
	var all []Precondition
	for _, r := range reads {
		for _, f := range r.facts {
			all = append(all, r.Condition(f.what, cur, f.of))
		}
	}
	return all
}

// Gather reads what a verb declares. More returns what only shows once that was read,
// such as which images would run, or refuses the verb: then what is still being read
// for checks is broken off.
func Gather(ctx context.Context, r awsx.Reader, target awsx.Ref, held Held, reads []Read, more func(Current) ([]Read, error)) (Current, error) {
	calls, cancel := context.WithCancel(ctx)
	s := &session{ctx: calls, r: r, target: target, held: held, begun: map[string]bool{}, answers: map[string]any{}}
	defer s.wg.Wait()
	defer cancel()
	cur := Current{Target: target, Images: map[string]ImageState{}, Now: held.Now}
	if cur.Now.IsZero() {
		cur.Now = time.Now()
	}
	var first, late batch
	for _, read := range append([]Read{identity()}, reads...) {
		if read.beside {
			late.start(s, read)
		} else {
			first.start(s, read)
		}
	}
	if err := first.into(&cur); err != nil {
		return Current{}, err
	}
	besides, err := more(cur)
	if err != nil {
		return Current{}, err
	}
	for _, read := range besides {
		late.start(s, read)
	}
	if err := late.into(&cur); err != nil {
		return Current{}, err
	}
	s.imagesInto(&cur)
	return cur, ctx.Err()
}

// Again reads the target and what preconditions are about once more. What cannot be
// read is an error: nobody knows whether it moved.
func Again(ctx context.Context, r awsx.Reader, target awsx.Ref, reads []Read, conditions []Precondition) (Current, error) {
	s := &session{ctx: ctx, r: r, target: target, begun: map[string]bool{}, answers: map[string]any{}}
	cur := Current{Target: target}
	var all batch
	for i, read := range reads {
		if i == 0 || len(read.facts) > 0 {
			all.start(s, read)
		}
	}
	for _, c := range conditions {
		all.start(s, c.read)
	}
	for i := range all {
		all[i].required = true
	}
	err := all.into(&cur)
	s.wg.Wait()
	return cur, err
}

// batch is a number of reads under way.
type batch []*pending

type pending struct {
	Read
	done chan struct{}
	put  func(*Current)
	err  error
}

// start begins a read, unless the session has one of its name.
func (b *batch) start(s *session, r Read) {
	if r.ask == nil || s.begun[r.name] {
		return
	}
	s.begun[r.name] = true
	p := &pending{Read: r, done: make(chan struct{})}
	*b = append(*b, p)
	s.wg.Go(func() {
		defer close(p.done)
		p.put, p.err = r.ask(s)
	})
}

// into waits for all and fills them in, in the order in which they were started. The
// error is the first of what was required.
func (b batch) into(cur *Current) error {
	for _, p := range b {
		<-p.done
	}
	for _, p := range b {
		if p.err != nil && p.required {
			return p.err
		}
		if p.put != nil {
			p.put(cur)
		}
	}
	return nil
}

// session is one gathering: reads that build on each other share their answers.
type session struct {
	ctx    context.Context
	r      awsx.Reader
	target awsx.Ref
	held   Held
	wg     crash.Group
	begun  map[string]bool // names of reads; of whoever gathers alone

	mu      sync.Mutex
	answers map[string]any // of *answer[T], by the name of the read
	images  []func(*Current)
}

// answer is what one read came to, once it is done.
type answer[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// once reads something the first time that it is asked for. Whoever asks meanwhile
// waits.
func once[T any](s *session, name string, read func() (T, error)) (T, error) {
	s.mu.Lock()
	a, asked := s.answers[name].(*answer[T])
	if !asked {
		a = &answer[T]{done: make(chan struct{})}
		s.answers[name] = a
	}
	s.mu.Unlock()
	if asked {
		<-a.done
		return a.value, a.err
	}
	defer close(a.done)
	a.value, a.err = read()
	return a.value, a.err
}
