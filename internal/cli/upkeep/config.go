package upkeep

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/config"
	"gantry/internal/fault"
	"gantry/internal/words"
)

var _ = commands.Add(program.configCommand)

func (p program) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Check the configuration file, or print an example of one or its schema",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return command.Usagef("there is no gantry config %s: expected check, example, schema or theme-schema", printing.Shown(args[0]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	print := func(use, short, long string, text func() string) {
		cmd.AddCommand(&cobra.Command{
			Use: use, Short: short, Long: long, Args: command.Arguments(0),
			RunE: func(*cobra.Command, []string) error {
				_, err := io.WriteString(p.Out, text())
				return err
			},
		})
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "check [FILE]",
		Short: "Tell what is wrong with the configuration, each with its line",
		Long: `Read the configuration as starting would, with the environment variables and files that
it names for secrets, and tell everything that is wrong with it. Nothing is called. The
exit code is 0 when nothing is wrong, else 2.`,
		Args: command.ArgumentsWithin(0, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			flags := p.Flags
			if len(args) > 0 {
				flags.File = args[0]
			}
			cfg, err := config.Load(flags, p.Getenv, app.Judge)
			if err != nil {
				return err
			}
			own, err := cfg.CheckThemes()
			if err != nil {
				return &fault.Error{Class: fault.Invalid, Op: "config", Err: err}
			}
			if cfg.File == "" {
				fmt.Fprintf(p.Out, "there is no file %s; nothing is required\n", printing.Shown(config.DefaultFile()))
				return nil
			}
			fmt.Fprintf(p.Out, "%s: nothing is wrong: %s, %s, %s, %s, %s\n", printing.Shown(cfg.File), words.Count(len(cfg.Contexts), "context"),
				words.Count(len(cfg.Rules), "rule"), words.Count(len(cfg.Keys.Bind), "own key"), words.Count(len(cfg.Commands), "own command"), words.Count(own, "own theme"))
			return nil
		},
	})
	print("example", "Print a configuration file that sets most of what can be set",
		"Print a configuration file that sets most of what can be set, each setting with what it\nis for.", func() string { return config.Example })
	print("schema", "Print the JSON Schema of the configuration file",
		`Print the JSON Schema of the configuration file. Editors that check YAML complete and
explain the settings with it, when the file begins with

  # yaml-language-server: $schema=./config.schema.json`, func() string { return string(config.Schema()) })
	print("theme-schema", "Print the JSON Schema of a theme of one's own",
		"Print the JSON Schema of the file of a theme, which stands in the directory themes beside\nthe configuration file.", func() string { return string(config.ThemeSchema()) })
	return cmd
}
