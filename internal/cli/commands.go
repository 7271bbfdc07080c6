package cli

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
)

// arguments wants exactly n arguments and says so in the command's own words.
func arguments(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usagef("expected: gantry %s", usageOf(cmd))
		}
		return nil
	}
}

// noCommand refuses what is no command, and names those that look like it.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usagef("there is no command %q: did you mean %s?", args[0], strings.Join(near, " or "))
	}
	return usagef("there is no command %q; see gantry --help", args[0])
}

func usageOf(cmd *cobra.Command) string {
	use := cmd.Use
	for c := cmd.Parent(); c != nil && c.HasParent(); c = c.Parent() {
		use = c.Name() + " " + use
	}
	return use
}

// noARN refuses an ARN as a target: it may be of another account or region than
// the one that is asked.
func noARN(s string) error {
	_, _, resource, ok := awsx.ARNParts(s)
	if !ok {
		return nil
	}
	_, name, _ := strings.Cut(resource, "/")
	return usagef("%q: expected names instead of an ARN, such as %s", s, name)
}

// parseService splits CLUSTER/SERVICE.
func parseService(s string) (cluster, service string, err error) {
	if err := noARN(s); err != nil {
		return "", "", err
	}
	cluster, service, ok := strings.Cut(s, "/")
	if !ok || cluster == "" || service == "" || strings.Contains(service, "/") {
		return "", "", usagef("%q: expected CLUSTER/SERVICE, such as prod/api", s)
	}
	return cluster, service, nil
}

func (p *program) deployCommand() *cobra.Command {
	var f changeFlags
	var images []string
	cmd := &cobra.Command{
		Use:   "deploy CLUSTER/SERVICE --image [CONTAINER=]IMAGE",
		Short: "Deploy an image: a new revision that is identical but for it",
		Long: `Deploy an image to a service: register a revision of its task definition that is
identical but for the image, update the service and follow the deployment.

An image is REPOSITORY:TAG, REPOSITORY@DIGEST, or :TAG or @DIGEST alone to keep the
repository in use. CONTAINER= is needed when the task has several containers.`,
		Args: arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			intent, err := imagesIntent(images)
			if err != nil {
				return err
			}
			return p.change(cmd.Context(), args[0], intent, f)
		},
	}
	f.add(cmd, true)
	cmd.Flags().StringArrayVar(&images, "image", nil, "`[CONTAINER=]IMAGE`, may be repeated")
	return cmd
}

func imagesIntent(images []string) (deploy.Intent, error) {
	if len(images) == 0 {
		return nil, usagef("--image is missing: expected [CONTAINER=]IMAGE, such as :v1.2.3")
	}
	in := deploy.SetImages{Images: map[string]string{}}
	for _, image := range images {
		container, ref, ok := strings.Cut(image, "=")
		if !ok {
			container, ref = "", image
		}
		if ok && container == "" {
			return nil, usagef("--image %q: expected a container's name before =", image)
		}
		if _, twice := in.Images[container]; twice {
			return nil, usagef("--image %q: that container has an image already", image)
		}
		in.Images[container] = ref
	}
	return in, nil
}

func (p *program) scaleCommand() *cobra.Command {
	var f changeFlags
	cmd := &cobra.Command{
		Use:   "scale CLUSTER/SERVICE COUNT",
		Short: "Set the number of tasks that a service runs",
		Args:  arguments(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := strconv.Atoi(args[1])
			if err != nil || n < 0 {
				return usagef("count %q: expected a whole number, 0 or more", args[1])
			}
			return p.change(cmd.Context(), args[0], deploy.Scale{Count: n}, f)
		},
	}
	f.add(cmd, false)
	return cmd
}

func (p *program) restartCommand() *cobra.Command {
	var f changeFlags
	cmd := &cobra.Command{
		Use:   "restart CLUSTER/SERVICE",
		Short: "Start every task of a service anew, on the same revision",
		Args:  arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.change(cmd.Context(), args[0], deploy.Restart{}, f)
		},
	}
	f.add(cmd, false)
	return cmd
}

func (p *program) rollbackCommand() *cobra.Command {
	var f changeFlags
	var to string
	cmd := &cobra.Command{
		Use:   "rollback CLUSTER/SERVICE --to REVISION",
		Short: "Deploy an earlier revision of a service's task definition",
		Args:  arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if to == "" {
				return p.offerRevisions(cmd.Context(), args[0])
			}
			return p.change(cmd.Context(), args[0], deploy.UseRevision{Revision: to}, f)
		},
	}
	f.add(cmd, false)
	cmd.Flags().StringVar(&to, "to", "", "the `REVISION`: a number, family:number or an ARN; without it the revisions are listed")
	return cmd
}
