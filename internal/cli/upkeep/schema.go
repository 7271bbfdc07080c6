package upkeep

import (
	"strings"

	"github.com/spf13/cobra"

	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
)

var _ = commands.Add(program.schemaCommand)

func (p program) schemaCommand() *cobra.Command {
	var names []string
	for _, d := range schema.All() {
		names = append(names, d.Name)
	}
	return &cobra.Command{
		Use:   "schema [NAME]",
		Short: "Print the JSON Schema of what a command prints with -o json",
		Long: `Print the JSON Schema of what a command prints with -o json, by the name of the schema;
without one the names are listed.`,
		Args:      command.ArgumentsWithin(0, 1),
		ValidArgs: names,
		RunE: func(_ *cobra.Command, args []string) error {
			var rows [][]string
			for _, d := range schema.All() {
				if len(args) > 0 && d.Name == args[0] {
					_, err := p.Out.Write(d.JSON())
					return err
				}
				rows = append(rows, []string{d.Name, d.Prints})
			}
			if len(args) > 0 {
				return command.Usagef("there is no schema %q: expected one of %s", printing.Shown(args[0]), strings.Join(names, ", "))
			}
			return printing.Table(p.Out, []string{"SCHEMA", "PRINTED BY"}, rows)
		},
	}
}
