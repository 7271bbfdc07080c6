package cloudwatch

import (
	"context"
	"errors"
	"slices"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
)

// Source searches CloudWatch Logs. Its methods may be called concurrently.
type Source struct {
	port   Port
	region string
	levels logs.Levels
	named  groupNames
	exist  existence
	orders orders

	windows  windows
	answered answered
}

var (
	_ logs.Source       = (*Source)(nil)
	_ logs.Histogrammer = (*Source)(nil)
	_ logs.Counter      = (*Source)(nil)
)

// New makes a Source. The region is the one that queries without a region mean.
func New(port Port, region string) *Source {
	return &Source{port: port, region: region}
}

// Naming makes the source read levels that loggers of one's own write, too. It is
// called before the first search.
func (s *Source) Naming(levels logs.Levels) *Source {
	s.levels = levels
	return s
}

// Limits returns the service's largest page; it keeps milliseconds.
func (*Source) Limits() logs.Limits {
	return logs.Limits{MaxPage: MaxEvents, Step: time.Millisecond}
}

// search is a query that is ready to be run over a range.
type search struct {
	matches predicate
	pattern string
	// sieved is true when lines that the service returns may yet be dropped.
	sieved   bool
	from, to time.Time
	// pages is how many requests may be made for one target.
	pages int
}

func (s *Source) prepare(q logs.Query, r logs.Range) (search, error) {
	matches, err := matcher(q, s.levels)
	return search{
		matches: matches, pattern: termsOf(q).pattern(), sieved: q.Text != "" || !q.Expr.IsZero() || !placesOnly(q.Where),
		from: r.From.Truncate(time.Millisecond), to: r.To.Truncate(time.Millisecond),
	}, err
}

// Since returns the oldest lines of a range, oldest first.
func (s *Source) Since(ctx context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	return s.read(ctx, q, r, limit, s.ascending, logs.OldestFirst)
}

// Latest returns the newest lines of a range, newest first.
func (s *Source) Latest(ctx context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	return s.read(ctx, q, r, limit, s.descending, logs.NewestFirst)
}

// refused says of what class a group is that the service does not search: its own words
// speak of an operation that is not supported.
func (s *Source) refused(ctx context.Context, g GroupID, err error) error {
	if fault.ClassOf(err) != fault.Invalid {
		return err
	}
	groups, unknown := s.port.Groups(ctx, g.Region, g.Name)
	if unknown != nil || !slices.Contains(groups, Group{Name: g.Name, Infrequent: true}) {
		return err
	}
	return &fault.Error{
		Class: fault.Invalid, Op: "search CloudWatch Logs", Resource: g.Name, Err: errInfrequent,
		Fix: "read it with Logs Insights, or let the service log to a group of the class Standard",
	}
}

var errInfrequent = errors.New("the log group is of the class Infrequent Access, which cannot be followed or searched")

// read scans all targets of a query side by side and merges what they bring.
func (s *Source) read(
	ctx context.Context, q logs.Query, r logs.Range, limit int,
	scan func(context.Context, target, search, int) (logs.Page, error), join func(int, ...logs.Page) logs.Page,
) (logs.Page, error) {
	limit = max(1, min(limit, MaxEvents))
	find, err := s.prepare(q, r)
	if err != nil {
		return logs.Page{}, err
	}
	targets, err := s.plan(ctx, q.Where)
	if err != nil {
		return logs.Page{}, err
	}
	if len(targets) == 0 {
		return logs.Page{NoShards: true}, nil
	}
	find.pages = max(maxPages/len(targets), fewestPages)
	// A quota is that of all groups, and so is an outage: the poll is made again.
	whole := func(err error) bool { return !fault.Lasting(err) }
	pages, err := logs.Gather(ctx, len(targets), whole, func(ctx context.Context, i int) (logs.Page, error) {
		page, err := s.existing(ctx, targets[i], func(t target) (logs.Page, error) { return scan(ctx, t, find, limit) })
		return page, s.refused(ctx, targets[i].group, err)
	})
	if err != nil {
		return logs.Page{}, err
	}
	return join(limit, pages...), nil
}
