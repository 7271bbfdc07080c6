package livetable

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gantry/awsx"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/prose"
)

// Spec is all that makes one table screen different from another. Name, Open, the columns
// and what tells rows apart must be there; the rest has a meaning when it is left out.
type Spec[T any] struct {
	Name  string // the screen's short name, as its kind declares it
	Nouns string // what the rows are, in the plural; empty for the Name
	// Permission is what listing the rows takes, as IAM spells it; empty where no single
	// one does.
	Permission string
	// Subject is the cluster, or what of it, the rows belong to. The context of a
	// list of clusters has no cluster.
	Subject awsx.Ref
	// Several is true when rows are of other contexts than the Subject's too: the header names
	// nobody's account then.
	Several bool
	// Crumb is where the screen stands; empty for its Subject and its Name.
	Crumb string
	// Table must have columns, of which the first is the row's name. Without its Key rows
	// are told apart by the ARN of their Ref.
	Table table.Options[T]
	// Moment is what cells and evidence that tell ages count from; nil when none does.
	Moment *Moment
	// Status is a row's state, for the totals; ok is false for a row that is none
	// of the things counted. Nil for rows that have none: they are counted and no more.
	Status func(T) (s theme.Status, ok bool)
	// Open starts the watches.
	Open func() Feed[T]
	// Pick chooses on the loop which rows to show, by the screen's mode, and says
	// what that leaves out; nil shows all.
	Pick func(rows []T) ([]T, []Span)
	// Lead stands above the table and tells of rows that the mode leaves out; nil for
	// none.
	Lead func(all []T) []prose.Para
	// Evidence explains the row under the cursor; nil for none.
	Evidence func(T) []prose.Para
	// Closer takes the place of Evidence once the cursor dwells on the row, in so many
	// lines; nil for none.
	Closer func(row T, lines int) []prose.Para
	// Study reads what Closer tells of the row that the cursor dwells on, and tells
	// whether that brought anything. It runs in a command, and again whenever the row
	// is another; nil for none.
	Study func(ctx context.Context, row T) bool
	// Marks says that there are actions on marked rows.
	Marks bool
	// Asked is told when the columns that have to be asked for come or go, on the loop; what
	// fills them is read by the feed's Details. A wide screen shows its wide columns all the
	// same then. Nil for a table without such columns.
	Asked func(on bool)
	// Actions are what can be done here besides what all tables can; nil for nothing. The
	// row is the one under the cursor; ok is false when there is none.
	Actions func(row T, ok bool) []ui.Action
	// Kind and Ref name a row's resource, for copying and for its JSON. A row without one
	// has the zero reference; a table of none leaves both out.
	Kind awsx.Kind
	Ref  func(T) awsx.Ref
	// Tags are those of a row, for filters and for the columns of tags that the configuration
	// asks for; nil for rows that have none. The screen's kind says so too.
	Tags func(T) awsx.Tags
	// Values are what commands of the operator's own take of a row besides its reference, by
	// the names of errand.Variables; nil for nothing else.
	Values func(T) map[string]string
	// Describe makes the text about a row; it runs in a command. Nil for none.
	Describe func(ctx context.Context, row T) ([]prose.Para, error)
}

// complete gives what was left out its meaning, and refuses a spec of which no table can
// be made: found here it names what is missing, found later it would be a nil call.
func (s *Spec[T]) complete() {
	if s.Table.Key == nil {
		if s.Ref == nil {
			s.refuse("it tells its rows apart by neither Table.Key nor Ref")
		}
		s.Table.Key = func(row T) string { return s.Ref(row).ARN }
	}
	switch {
	case s.Name == "":
		s.refuse("it has no Name")
	case s.Open == nil:
		s.refuse("it has no Open")
	case len(s.Table.Columns) == 0:
		s.refuse("its table has no Columns")
	}
	for i, c := range s.Table.Columns {
		if c.ID == "" || c.Cell == nil {
			s.refuse(fmt.Sprintf("column %d (%s) lacks its ID or its Cell", i+1, c.Title))
		}
	}
	named := func(c table.Column[T]) bool { return c.ID == s.Table.Sort }
	if s.Table.Sort != "" && !slices.ContainsFunc(s.Table.Columns, named) {
		s.refuse("it sorts by " + s.Table.Sort + ", which is none of its columns")
	}
	s.Nouns = cmp.Or(s.Nouns, s.Name)
	s.Crumb = cmp.Or(s.Crumb, views.Crumb(s.Subject)+" "+s.Name)
	if s.Ref == nil {
		s.Ref = func(T) awsx.Ref { return awsx.Ref{} }
	}
}

func (s *Spec[T]) refuse(why string) {
	panic(fmt.Sprintf("livetable: a screen %q cannot be made: %s", s.Name, why))
}
