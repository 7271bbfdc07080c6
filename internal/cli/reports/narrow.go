package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/document"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/fault"
	"gantry/internal/words"
	"gantry/ui/filter"
)

// narrowing is what a command is asked to keep of its rows, by what the console takes behind
// "/".
type narrowing struct {
	filter.Filter
	typed string
}

// flag declares --filter on a command.
func (n *narrowing) flag(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&n.typed, "filter", "", "only what an `expression` keeps, as behind / in the console: text, tag:KEY, tag:KEY=VALUE, ! for the contrary")
	also := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) (err error) {
		if n.Filter, err = filter.ParseTagged(n.typed); err != nil {
			return command.Usagef("--filter: %w", err)
		}
		if also == nil {
			return nil
		}
		return also(cmd, args)
	}
	return cmd
}

// thing is what is told of by a row.
type thing struct {
	name string
	tags awsx.Tags
}

func serviceThing(s diagnose.Standing) thing { return thing{s.Service().Name, s.Service().Tags} }

// narrow keeps those of a list, and of the rows that tell of them, that are asked for. It says
// on errs that none is left, and its error that some have tags that nobody read.
func narrow[T any](n *narrowing, errs io.Writer, list []T, rows [][]string, of func(i int) thing) ([]T, [][]string, []error) {
	if n.typed == "" {
		return list, rows, nil
	}
	keptList, keptRows, untold := list[:0:0], rows[:0:0], 0
	for i := range list {
		if !n.Keeps(of(i).name, strings.Join(rows[i], "\n")) {
			continue
		}
		keeps, read := n.KeepsTags(of(i).tags.Pairs())
		if !read {
			untold++
		}
		if keeps {
			keptList, keptRows = append(keptList, list[i]), append(keptRows, rows[i])
		}
	}
	if len(keptList) == 0 && len(list) > 0 {
		fmt.Fprintf(errs, "nothing matches %s (%d hidden)\n", printing.Shown(n.typed), len(list))
		keptList = []T{} // an empty list of JSON
	}
	if untold > 0 {
		return keptList, keptRows, []error{fault.Errorf(fault.Failed, "filter", "", "the tags of %s were not read, which may be among those that are asked for", words.Count(untold, "row"))}
	}
	return keptList, keptRows, nil
}

// tagsShown are tags by key as JSON has them: null where they were not read, values that look
// like secrets masked.
func tagsShown(tags awsx.Tags) map[string]string {
	if !tags.Read() {
		return nil
	}
	shown := map[string]string{}
	for _, t := range tags {
		shown[t.Key] = document.Masking{}.Value(t.Key, t.Value)
	}
	return shown
}
