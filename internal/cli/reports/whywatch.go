package reports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/app"
	"gantry/internal/cli/printing"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// watchWhy prints what comes and goes until it is interrupted.
func (p program) watchWhy(ctx context.Context, a *app.App, target string, f whyFlags) error {
	known, end := known{}, func() {}
	defer func() { end() }()
	tick := time.NewTicker(f.every)
	defer tick.Stop()
	for first := true; ; first = false {
		q, err := ask(ctx, a, target)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && first:
			return err
		case err != nil:
			fmt.Fprintln(p.Err, printing.Shown(err.Error()))
		default:
			if first {
				p.Partial(q.partial)
				end = a.Why().Keep(f.every, q.services()...)
			}
			if err := p.tell(a, q, known.news(q), f.notify); err != nil {
				return err
			}
			if first && len(known) == 0 {
				fmt.Fprintf(p.Err, "nothing is found of %s so far\n", words.Count(len(q.whys), "service"))
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// tell prints news, and tells the team of them if that is asked for.
func (p program) tell(a *app.App, q asked, all []change, notify bool) error {
	for _, n := range all {
		if notify {
			if err := a.AnnounceTrouble(n.service, n.cause, n.gone); err != nil {
				return err
			}
		}
		sign := "+"
		if n.gone {
			sign = "-"
		}
		if _, err := fmt.Fprintf(p.Out, "%s %s %s/%s: %s\n", a.Now().Local().Format(time.TimeOnly), sign, printing.Shown(q.cluster), printing.Shown(n.service.Name()), printing.Shown(n.cause)); err != nil {
			return err
		}
	}
	return nil
}

// services are those that were asked about.
func (q asked) services() (refs []awsx.Ref) {
	for _, w := range q.whys {
		refs = append(refs, w.Service().Ref)
	}
	return refs
}

// change is a trouble that came or went.
type change struct {
	service awsx.Ref
	cause   string
	gone    bool
	// unread are the parts that were not read when it was found.
	unread []string
}

// known are the troubles that were told, by service and kind: the words of one change from
// one reading to the next.
type known map[string]change

// news are what came and what went since what is known, and are known from then on. What was
// not read is not gone: a trouble is known until a reading without it read all that the one
// did by which it was found.
func (k known) news(q asked) (all []change) {
	unread := parts(q.partial)
	here, told := map[string]bool{}, map[string]bool{}
	for _, w := range q.whys {
		ref := w.Service().Ref
		told[ref.ARN] = w.Told()
		counts := map[string]int{}
		for _, t := range w.Troubles {
			counts[string(t.Kind)]++
			key := fmt.Sprintf("%s %s %d", ref.ARN, t.Kind, counts[string(t.Kind)])
			here[key] = true
			if _, ok := k[key]; ok {
				continue
			}
			k[key] = change{service: ref, cause: t.Cause, unread: unread}
			all = append(all, k[key])
		}
	}
	var went []string
	for key, c := range k {
		read, listed := told[c.service.ARN]
		lacks := slices.ContainsFunc(unread, func(part string) bool { return !slices.Contains(c.unread, part) })
		if !here[key] && !lacks && (read || !listed) {
			went = append(went, key)
		}
	}
	slices.Sort(went)
	for _, key := range went {
		c := k[key]
		c.gone = true
		all = append(all, c)
		delete(k, key)
	}
	return all
}

// parts name what was not read: what an error says beside that may differ each time.
func parts(errs []error) (names []string) {
	for _, err := range errs {
		name := err.Error()
		if e := fault.Of(err); e != nil {
			name = strings.TrimSpace(cmp.Or(e.Op, name) + " " + e.Resource)
		}
		names = words.AddNew(names, name)
	}
	return names
}
