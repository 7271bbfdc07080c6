package audit

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"gantry/internal/process"
)

// Unended returns the beginnings in a journal that have no end, oldest first: changes
// whose process was killed, of which nobody was told how they ended. Those of a process
// that still lives on this host are under way and not among them, and neither are those
// from before since. Started is when the calling process began: in a container the one
// before it had the same number. What a later change of the same target found and went on
// from is settled. A journal that is not there has none.
func Unended(path string, since, started time.Time) ([]Record, error) {
	records, _, err := Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var open []Record
	sent := map[string]bool{}
	for _, r := range records {
		switch r.Kind {
		case Begin:
			open = append(open, r)
		case Sent:
			sent[r.Change] = true
		case End:
			at := slices.IndexFunc(open, func(o Record) bool { return o.Change == r.Change })
			if at < 0 {
				continue // a reveal has no beginning
			}
			earlier, later := open[:at], open[at+1:]
			if sent[r.Change] {
				earlier = slices.DeleteFunc(earlier, func(o Record) bool {
					return o.Context == r.Context && o.Cluster == r.Cluster && o.Service == r.Service
				})
			}
			open = append(earlier, later...)
		}
	}
	here := host()
	return slices.DeleteFunc(open, func(r Record) bool {
		earlier := r.Process == os.Getpid() && r.Time.Before(started)
		return r.Time.Before(since) || r.Host == here && lives(r.Process) && !earlier
	}), err
}

// lives reports whether a process of this host exists. A record from before processes were
// named has none.
func lives(number int) bool { return number > 0 && process.Lives(number) }
