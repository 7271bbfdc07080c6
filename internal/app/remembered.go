package app

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"gantry/awsx/past"
	"gantry/internal/memory"
	"gantry/ui/palette"
)

// remembering is what keeps what polling sees: in the state directory, unless that is
// switched off, and else for this run. What goes wrong with it is a notice.
func (a *App) remembering() past.Keeper {
	if a.Config.Memory.Days == 0 {
		return &past.Memory{}
	}
	m := memory.Open(memory.Options{Dir: a.auditDir, Days: a.Config.Memory.Days, Megabytes: a.Config.Memory.Megabytes, Tell: a.notices.add})
	a.closers = append(a.closers, m.Close)
	return m
}

// leftBehind is what one run of the console leaves to the next. Never marks, never leave
// to write.
type leftBehind struct {
	// Commands are those of the palette, oldest first.
	Commands []string `json:"commands"`
	// Places are where it ended, by context.
	Places map[string]leftPlace `json:"places,omitempty"`
}

// leftPlace is a screen of a cluster or of a service.
type leftPlace struct {
	Cluster string `json:"cluster"` // ARN
	ARN     string `json:"arn"`
	Screen  string `json:"screen"`
}

// remembers reports whether a run leaves its place to the next: what is simulated or
// recorded is no place of the operator's.
func (a *App) remembers() bool {
	return !a.apart && a.Context.Endpoint == ""
}

// leftFile is the file of it, beside the journal.
func (a *App) leftFile() string { return filepath.Join(a.auditDir, "console.json") }

// recall reads what earlier runs left; a file that is not there or that cannot be read is
// no reason not to start.
func (a *App) recall() (r leftBehind) {
	if b, err := os.ReadFile(a.leftFile()); err != nil || json.Unmarshal(b, &r) != nil {
		return leftBehind{}
	}
	return r
}

// remember keeps the commands of this run behind those of others, which may have been
// written meanwhile, and the place where it ended; nil is the list of clusters. The file is
// replaced whole.
func (a *App) remember(before, after []string, place *leftPlace) error {
	// Those from before are still in their order, less those that were said again.
	at, of := 0, before
	for at < len(after) {
		i := slices.Index(of, after[at])
		if i < 0 {
			break
		}
		at, of = at+1, of[i+1:]
	}
	r := a.recall()
	was, had := r.Places[a.Context.String()]
	moved := a.remembers() && (had != (place != nil) || had && was != *place)
	if at == len(after) && !moved {
		return nil
	}
	r.Commands = palette.NewHistory(slices.Concat(r.Commands, after[at:])).Lines()
	if moved && place == nil {
		delete(r.Places, a.Context.String())
	} else if moved {
		if r.Places == nil {
			r.Places = map[string]leftPlace{}
		}
		r.Places[a.Context.String()] = *place
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(a.auditDir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(a.auditDir, ".console-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // nothing is there once it was renamed
	_, err = tmp.Write(append(b, '\n'))
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), a.leftFile())
	}
	return err
}
