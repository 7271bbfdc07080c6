package change

import "gantry/awsx/deploy"

// Herald is told of changes, to tell others. Its methods return at once. A change
// that was refused before its first call is told neither to begin nor to end, and
// the changes of a batch are told as one.
type Herald interface {
	Began(s Status, p deploy.Plan)
	Ended(s Status, p deploy.Plan)
	BatchBegan(s BatchStatus, b deploy.Batch)
	BatchEnded(s BatchStatus, b deploy.Batch)
}

// announce tells that a change makes its first call, and sees to it that its end
// is told as well, whatever that will be.
func (r *Runner) announce(id string, p deploy.Plan) {
	if r.o.Herald == nil {
		return
	}
	r.mu.Lock()
	j := r.jobs[id]
	j.farewell = func(s Status) { r.o.Herald.Ended(s, p) }
	s := j.status
	r.mu.Unlock()
	r.o.Herald.Began(s, p)
}

// announceBatch tells that a batch begins; the function that it returns, that it
// has ended.
func (r *Runner) announceBatch(b *batch, plans deploy.Batch) (ended func()) {
	if r.o.Herald == nil {
		return func() {}
	}
	status := func() BatchStatus {
		r.mu.Lock()
		defer r.mu.Unlock()
		return b.status()
	}
	r.o.Herald.BatchBegan(status(), plans)
	return func() { r.o.Herald.BatchEnded(status(), plans) }
}
