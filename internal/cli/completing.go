package cli

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gantry/internal/app"
	"gantry/internal/audit"
	"gantry/internal/config"
	"gantry/internal/names"
	"gantry/ui/filter"
)

// complete gives the commands below and including root the words that a shell completes their
// arguments with: names of what was listed last. Nothing is asked of the account for it.
func (p program) complete(root *cobra.Command) {
	for _, cmd := range append(root.Commands(), root) {
		takes := argumentsOf(cmd.Use)
		if len(takes) == 0 || cmd.ValidArgsFunction != nil {
			continue
		}
		cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			at := min(len(args), len(takes)-1)
			if len(args) > at && !strings.HasSuffix(cmd.Use, "...") || takes[at] == nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return takes[at](p.listed(), typed)
		}
		if cmd.Flags().Lookup("filter") != nil {
			_ = cmd.RegisterFlagCompletionFunc("filter", func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
				cluster, _, _ := strings.Cut(append(args, "")[0], "/")
				return tagsOf(p.listed(), cluster, typed)
			}) // fails when declared twice
		}
		if cmd.Flags().Lookup("container") != nil {
			_ = cmd.RegisterFlagCompletionFunc("container", func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
				if len(args) == 0 {
					return nil, cobra.ShellCompDirectiveNoFileComp
				}
				list := p.listed().Containers(args[0])
				return slices.DeleteFunc(list, func(name string) bool { return !strings.HasPrefix(name, typed) }), cobra.ShellCompDirectiveNoFileComp
			}) // fails when declared twice
		}
	}
}

// listed is what was listed last in the context that the command line names.
func (p program) listed() *names.Book {
	cfg, err := config.Load(p.Flags, p.Getenv)
	if err != nil {
		return &names.Book{}
	}
	dir := audit.DefaultDir()
	if p.Demo {
		dir = filepath.Join(dir, "demo")
	}
	return names.Read(names.Path(dir, app.NamesOf(cfg)))
}

// completing completes an argument from a book of names.
type completing func(b *names.Book, typed string) ([]string, cobra.ShellCompDirective)

// argument is what of a usage line names an argument: CLUSTER/SERVICE, [CLUSTER[/SERVICE]].
var argument = regexp.MustCompile(`^\[?[A-Z]`)

// argumentsOf reads from a usage line what each argument is completed with; nil for what is no
// name of a resource.
func argumentsOf(use string) (takes []completing) {
	for _, word := range strings.Fields(use)[1:] {
		switch {
		case !argument.MatchString(word):
			continue
		case strings.Contains(word, "CLUSTER/TASK"):
			takes = append(takes, within(tasksOf))
		case strings.Contains(word, "CLUSTER/SERVICE") && strings.Contains(word, "TASK"):
			takes = append(takes, within(servicesOf, tasksOf))
		case strings.Contains(word, "CLUSTER") && strings.Contains(word, "/SERVICE"):
			takes = append(takes, within(servicesOf))
		default:
			takes = append(takes, nil)
		}
	}
	for len(takes) > 0 && takes[len(takes)-1] == nil {
		takes = takes[:len(takes)-1]
	}
	return takes
}

func servicesOf(b *names.Book, cluster string) []string { return b.Services(cluster) }
func tasksOf(b *names.Book, cluster string) []string    { return b.Tasks(cluster) }

// within completes the name of a cluster, to be gone on with, and behind its slash what is in
// the cluster.
func within(inside ...func(b *names.Book, cluster string) []string) completing {
	return func(b *names.Book, typed string) ([]string, cobra.ShellCompDirective) {
		cluster, _, slash := strings.Cut(typed, "/")
		var list []string
		if slash {
			for _, of := range inside {
				for _, name := range of(b, cluster) {
					list = append(list, cluster+"/"+name)
				}
			}
		} else {
			for _, name := range b.Clusters() {
				list = append(list, name+"/")
			}
		}
		list = slices.DeleteFunc(list, func(word string) bool { return !strings.HasPrefix(word, typed) || !names.Plain(word) })
		if slash {
			return list, cobra.ShellCompDirectiveNoFileComp
		}
		return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// tagsOf completes what a filter asks of tags: first the key of one, to be gone on with, then
// its value.
func tagsOf(b *names.Book, cluster, typed string) (list []string, _ cobra.ShellCompDirective) {
	asked, valued := strings.CutPrefix(typed, filter.Prefix)
	valued = valued && strings.Contains(asked, "=")
	for _, tag := range b.Tags(strings.TrimPrefix(cluster, "@")) {
		if key, _, _ := strings.Cut(tag, "="); !valued {
			tag = key
		}
		if tag = filter.Prefix + tag; strings.HasPrefix(tag, typed) {
			list = append(list, tag)
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	if valued {
		return list, cobra.ShellCompDirectiveNoFileComp
	}
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
