package world

import "time"

// World is what everything in an account shares: the time, what is planned, the
// random choices and the names. It is not safe for concurrent use: the account
// holds its lock around everything.
type World struct {
	Region, AccountID string
	Seed              uint64
	speed             float64   // durations of the control plane are divided by it
	Now               time.Time // the instant of the event or call being handled
	Rng               Source
	Agenda            agenda
}

// New returns a world at an instant in which nothing is planned.
func New(seed uint64, speed float64, region, accountID string, now time.Time) *World {
	return &World{Region: region, AccountID: accountID, Seed: seed, speed: speed, Now: now, Rng: NewSource(seed, controlStream)}
}

// Advance plays everything that is due, each item at its own instant: how late
// the loop woke up does not show in the account.
func (a *World) Advance(now time.Time) {
	for {
		item, due := a.Agenda.take(now)
		if !due {
			break
		}
		if item.at.After(a.Now) {
			a.Now = item.at
		}
		item.do()
	}
	if now.After(a.Now) {
		a.Now = now
	}
}

// After plans do for when d of control-plane time has passed.
func (a *World) After(d time.Duration, do func()) {
	a.Agenda.Plan(a.Now.Add(a.Scaled(d)), do)
}

// Scaled converts a duration of the control plane to one of the clock.
func (a *World) Scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / a.speed)
}

// At runs do as if it were then.
func (a *World) At(then time.Time, do func()) {
	now := a.Now
	a.Now = then
	do()
	a.Now = now
}

// Aside runs do with a stream of its own, so that what it makes leaves the
// identifiers of everything else as they are.
func (a *World) Aside(do func() error) error {
	keep := a.Rng
	a.Rng = NewSource(a.Seed, asideStream)
	err := do()
	a.Rng = keep
	return err
}

// Ago is the instant a while before now.
func (a *World) Ago(d time.Duration) time.Time { return a.Now.Add(-d) }

// CallerARN is who every call comes from.
func (a *World) CallerARN() string {
	return "arn:aws:sts::" + a.AccountID + ":assumed-role/operator/demo"
}
