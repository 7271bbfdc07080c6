package changes

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx/deploy"
	"gantry/internal/app"
	"gantry/internal/cli/command"
)

var _ = commands.Add(program.deployCommand)

func (p program) deployCommand() *cobra.Command {
	var f changeFlags
	var images []string
	var pin bool
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "deploy CLUSTER/SERVICE --image [CONTAINER=]IMAGE",
		Short: "Deploy an image: a new revision that is identical but for it",
		Long: `Deploy an image to a service: register a revision of its task definition that is
identical but for the image, update the service and follow the deployment.

An image is REPOSITORY:TAG, REPOSITORY@DIGEST, or :TAG or @DIGEST alone to keep the
repository in use. CONTAINER= is needed when the task has several containers.`,
		Args: command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			intent, err := imagesIntent(images, pin)
			if err != nil {
				return err
			}
			if wait < 0 {
				return command.Usagef("--wait-for-image %s: expected a positive duration such as 5m", wait)
			}
			find, err := command.ServiceNamed(args[0])
			if err != nil {
				return err
			}
			if wait > 0 {
				f.before = func(ctx context.Context, a *app.App, target command.Found) error {
					return p.pushed(ctx, a, target, intent, wait)
				}
			}
			return p.change(cmd.Context(), find, intent, f)
		},
	}
	f.add(cmd, true)
	cmd.Flags().StringArrayVar(&images, "image", nil, "`[CONTAINER=]IMAGE`, may be repeated")
	cmd.Flags().BoolVar(&pin, "pin", false, "write the digest that each tag resolves to now, so that a tag pushed again changes nothing")
	command.DurationVar(cmd, &wait, "wait-for-image", 0, "wait so long for images that are still being pushed to ECR, such as 5m")
	return cmd
}

func imagesIntent(images []string, pin bool) (in deploy.SetImages, err error) {
	if len(images) == 0 {
		return in, command.Usagef("--image is missing: expected [CONTAINER=]IMAGE, such as :v1.2.3")
	}
	in = deploy.SetImages{Images: map[string]string{}, Pin: pin}
	for _, image := range images {
		container, ref, ok := strings.Cut(image, "=")
		if !ok {
			container, ref = "", image
		}
		if ok && container == "" {
			return in, command.Usagef("--image %q: expected a container's name before =", image)
		}
		if _, twice := in.Images[container]; twice {
			return in, command.Usagef("--image %q: that container has an image already", image)
		}
		in.Images[container] = ref
	}
	return in, nil
}
