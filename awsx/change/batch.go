package change

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/internal/fault"
)

// BatchJob is one verb for several targets.
type BatchJob struct {
	Batch    deploy.Batch
	Override []string
	NoFollow bool
	Timeout  time.Duration // of each follow; zero leaves the derived one
	// KeepGoing begins what is left even after a target ended badly. Without it
	// the rest is not begun: what failed here may fail there.
	KeepGoing bool
	// Hold returns what runs the program of a plan, as Job has it; nil for other changes.
	Hold func(deploy.Plan) func(ctx context.Context, s awsx.Session, tell func(words string)) (deploy.Held, error)
}

// AtOnce is how many targets of a batch are changed side by side, each until its
// verdict: a cluster has room for so many rollouts.
const AtOnce = 4

// keptBatches is how many batches stay readable.
const keptBatches = 10

// ErrNotBegun marks the errors of the targets of a batch whose turn never came.
var ErrNotBegun = errors.New("not begun")

// batch is a batch under way; its jobs are in the order of its plans.
type batch struct {
	id, action string
	jobs       []*job
	done       chan struct{}
}

// StartBatch begins a batch and returns its id. Targets are changed in order, at
// most AtOnce at a time. Nothing is begun when checks of any of them stand in the
// way.
func (r *Runner) StartBatch(j BatchJob) (string, error) {
	if err := blocked(j); err != nil {
		return "", err
	}
	admitted := r.admit(j.Batch.Plans...)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return "", refused(j.Batch.Action, "", "", "gantry is about to end")
	}
	b := &batch{id: deploy.NewID(), action: j.Batch.Action, done: make(chan struct{})}
	turns := make([]chan struct{}, len(j.Batch.Plans))
	for i, p := range j.Batch.Plans {
		turns[i] = make(chan struct{})
		p.Tier = j.Batch.Tier // which was asked for, and is what the journal says
		s := Status{ID: deploy.NewID(), Target: p.Target, Action: b.action, Summary: p.Summary(), Stage: Waiting}
		one := Job{Plan: p, Override: j.Override, NoFollow: j.NoFollow, Timeout: j.Timeout, batched: true, admitted: admitted}
		if j.Hold != nil {
			one.Hold = j.Hold(p)
		}
		b.jobs = append(b.jobs, r.add(s, func() (deploy.Result, error) { return r.takeTurn(s.ID, turns[i], one) }))
	}
	r.wg.Go(func() {
		ended := r.announceBatch(b, j.Batch)
		r.call(b, turns, j.KeepGoing)
		close(b.done)
		ended()
	})
	r.batches = append(r.batches, b)
	r.batches = r.batches[max(0, len(r.batches)-keptBatches):]
	r.wake()
	return b.id, nil
}

// call calls the jobs of a batch up in order, as places become free, and waits
// for them. A value on a job's turn is its go; a closed one never comes.
func (r *Runner) call(b *batch, turns []chan struct{}, keepGoing bool) {
	ended := make(chan bool)
	called, running, stop := 0, 0, false
	for called < len(b.jobs) || running > 0 {
		for ; called < len(b.jobs) && (stop || running < AtOnce); called++ {
			j := b.jobs[called]
			if !stop {
				select {
				case turns[called] <- struct{}{}:
				case <-j.done: // a shutdown came first
				}
			}
			close(turns[called])
			running++
			r.wg.Go(func() {
				<-j.done
				ended <- r.good(j)
			})
		}
		if good := <-ended; !good && !keepGoing {
			stop = true
		}
		running--
	}
}

// good reports whether a job that has ended did well.
func (r *Runner) good(j *job) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return j.status.Err == nil && (j.status.Result.Verdict == nil || j.status.Result.Verdict.Good())
}

// takeTurn waits until a job of a batch is called up, and carries it out.
func (r *Runner) takeTurn(id string, turn <-chan struct{}, j Job) (deploy.Result, error) {
	select {
	case _, ok := <-turn:
		if !ok {
			return deploy.Result{ID: id}, fmt.Errorf("%w: another target of the batch ended badly", ErrNotBegun)
		}
	case <-r.follows.Done():
		return deploy.Result{ID: id}, fmt.Errorf("%w: gantry ends", ErrNotBegun)
	}
	if err := r.begin(id); err != nil {
		return deploy.Result{ID: id}, err
	}
	return r.carry(r.follows, id, j)
}

// begin makes a waiting job one that makes calls.
func (r *Runner) begin(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return fmt.Errorf("%w: gantry ends", ErrNotBegun)
	}
	j := r.jobs[id]
	s := j.status
	s.Stage, s.Started = Executing, time.Now()
	if err := r.alone(s); err != nil {
		return err
	}
	j.status = s
	r.wake()
	return nil
}

// blocked refuses a batch of which checks stand in the way, naming the targets.
func blocked(j BatchJob) error {
	blocking := j.Batch.Blocking(j.Override...)
	if len(blocking) == 0 {
		return nil
	}
	var texts []string
	for _, arn := range slices.Sorted(maps.Keys(blocking)) {
		for _, c := range blocking[arn] {
			texts = append(texts, fmt.Sprintf("%s of %s: %s", c.Name, awsx.ARNName(arn), c.Text))
		}
	}
	return refused(j.Batch.Action, "", "mend it, override it, or take the target out of the batch", "%s", strings.Join(texts, "; "))
}

// BatchStatus is what is known about a batch. It is a copy that nobody changes.
type BatchStatus struct {
	ID, Action string
	Jobs       []Status // in the order of the batch's plans
	Ended      bool
}

// Good reports whether every target ended well.
func (s BatchStatus) Good() bool {
	return s.Ended && !slices.ContainsFunc(s.Rows(), func(r BatchRow) bool { return !r.Good })
}

// BatchRow is the line of one target in a batch's table.
type BatchRow struct {
	Target awsx.Ref
	// Word is the stage while the target is under way, then the outcome: that of
	// the verdict, done without one, refused, not begun, not followed to its end,
	// or failed.
	Word string
	Text string // what there is to say about it, in one line
	Good bool   // whether it ended well
}

// Rows returns the table of the batch, a line a target.
func (s BatchStatus) Rows() []BatchRow {
	rows := make([]BatchRow, len(s.Jobs))
	for i, j := range s.Jobs {
		rows[i] = j.Row()
	}
	return rows
}

// Row returns what there is to say about a job in one line.
func (s Status) Row() BatchRow {
	row := BatchRow{Target: s.Target, Word: string(s.Stage), Text: s.Summary}
	v := s.Result.Verdict
	switch {
	case s.Stage != Ended:
		if s.Step != "" {
			row.Text = s.Step
		}
	case s.Missed():
		row.Word, row.Text = "not begun", s.Err.Error()
	case s.Refused():
		row.Word, row.Text = "refused", s.Err.Error()
	case errors.Is(s.Err, ErrShutDown):
		row.Word, row.Text = "not followed", s.Err.Error()
	case s.Err != nil:
		row.Word, row.Text = string(follow.Failed), s.Err.Error()
	case v != nil:
		row.Word, row.Text, row.Good = string(v.Outcome), v.Text, v.Good()
	default:
		row.Word, row.Good = "done", true
	}
	return row
}

// Batch returns one batch; ok is false when there is none, or when it ended long
// ago.
func (r *Runner) Batch(id string) (s BatchStatus, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b := r.batch(id); b != nil {
		return b.status(), true
	}
	return BatchStatus{}, false
}

// WaitBatch returns a batch's status once all of its targets have ended. When
// the context is done first it returns the context's error and the batch goes on.
func (r *Runner) WaitBatch(ctx context.Context, id string) (BatchStatus, error) {
	r.mu.Lock()
	b := r.batch(id)
	r.mu.Unlock()
	if b == nil {
		return BatchStatus{}, fault.Errorf(fault.NotFound, "wait", id, "no such batch")
	}
	select {
	case <-ctx.Done():
		return BatchStatus{}, ctx.Err()
	case <-b.done:
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return b.status(), nil
}

// batch finds a batch. The mutex is held.
func (r *Runner) batch(id string) *batch {
	for _, b := range r.batches {
		if b.id == id {
			return b
		}
	}
	return nil
}

// status copies what is known. The mutex is held.
func (b *batch) status() BatchStatus {
	s := BatchStatus{ID: b.id, Action: b.action, Ended: true}
	for _, j := range b.jobs {
		s.Jobs = append(s.Jobs, j.status)
		s.Ended = s.Ended && j.status.Stage == Ended
	}
	return s
}
