package changes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/document"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// ECR is asked for an image that is not there as often as this: soon at first, as a push
// takes seconds, and then so that a build of many minutes costs few calls.
const (
	firstLook = 2 * time.Second
	laterLook = 15 * time.Second
)

// pushed waits until the images that a deployment names are in their ECR repositories, and
// built for what the tasks run on: a build pushes its platforms one by one. What is still
// missing when the time is over is for the checks of the plan to refuse, and said here.
func (p program) pushed(ctx context.Context, a *app.App, target command.Found, in deploy.SetImages, wait time.Duration) error {
	td, err := a.Store.TaskDefinition(ctx, target.Ref.Context, target.Service.TaskDefinition)
	if err != nil {
		return err
	}
	tree, err := document.Registrable(td)
	if err != nil {
		return err
	}
	moved, err := edits.SetImages(tree, in.Images)
	if err != nil {
		return err
	}
	account, err := a.Store.Account(ctx, target.Ref.Context)
	if err != nil {
		return err
	}
	w := imageWait{account: account, began: time.Now(), wait: wait, say: func(form string, args ...any) {
		fmt.Fprintln(p.Err, printing.Shown(fmt.Sprintf(form, args...)))
	}}
	for _, m := range moved {
		if ref, err := awsx.ParseReference(m.After); err == nil && ref.ECR() {
			w.refs = append(w.refs, ref)
		}
	}
	if len(w.refs) == 0 {
		return nil // nowhere that can be asked, or nothing changes: the plan says so
	}
	if done, err := w.until(ctx, w.found); err != nil || !done {
		return err
	}
	// Which platforms are needed is for the plan's own check to say. It is asked again once an
	// image is another.
	in.Pin = false
	_, err = w.until(ctx, func(ctx context.Context) (string, error) {
		digests := w.digests(ctx)
		if digests == w.judged {
			return w.lacks, nil
		}
		plan, err := a.Changes.Plan(ctx, target.Ref, in)
		if err != nil {
			return "", nil // which is the plan's to say
		}
		w.judged, w.lacks = digests, ""
		if i := slices.IndexFunc(plan.Checks, func(c check.Finding) bool { return c.Name == check.Platform && c.Result == check.Broken }); i >= 0 {
			w.lacks = plan.Checks[i].Text
		}
		return w.lacks, nil
	})
	return err
}

// imageWait is the wait for some images.
type imageWait struct {
	account awsx.ImageReader
	refs    []awsx.Reference
	began   time.Time
	wait    time.Duration
	say     func(form string, args ...any)

	judged, lacks string // digests by which the platforms were judged, and what lacked
}

// until looks until nothing lacks, and says what does while that is news or a minute is gone.
// It returns false when the time is over first.
func (w *imageWait) until(ctx context.Context, look func(context.Context) (lacks string, err error)) (bool, error) {
	told, toldAt, pause := "", time.Time{}, firstLook
	for {
		lacks, err := look(ctx)
		if err != nil {
			return false, err
		}
		left := w.wait - time.Since(w.began)
		switch {
		case lacks == "":
			if told != "" {
				w.say("- the image is there after %s", time.Since(w.began).Round(time.Second))
			}
			return true, nil
		case left <= 0:
			w.say("- waited %s in vain: %s", w.wait, lacks)
			return false, nil
		case lacks != told || time.Since(toldAt) >= time.Minute:
			told, toldAt = lacks, time.Now()
			w.say("- waiting for the image, for %s at most: %s", left.Round(time.Second), lacks)
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(min(pause, left)):
			pause = min(pause*3/2, laterLook)
		}
	}
}

// found says which of the images are not there. Who may not look does not wait: the plan says
// that it is not known.
func (w *imageWait) found(ctx context.Context) (lacks string, err error) {
	var missing, unread []string
	for _, ref := range w.refs {
		_, err := w.account.Image(ctx, ref.Repository, ref.Lookup())
		switch {
		case ctx.Err() != nil:
			return "", ctx.Err()
		case err == nil:
		case fault.ClassOf(err) == fault.NotFound:
			missing = append(missing, ref.String())
		case fault.ClassOf(err).Passing():
			unread = append(unread, err.Error())
		}
	}
	if len(missing) > 0 {
		unread = append([]string{words.Count(len(missing), "image") + " not pushed yet: " + strings.Join(missing, ", ")}, unread...)
	}
	return strings.Join(unread, "; "), nil
}

// digests are those that the images have now.
func (w *imageWait) digests(ctx context.Context) string {
	var all []string
	for _, ref := range w.refs {
		if image, err := w.account.Image(ctx, ref.Repository, ref.Lookup()); err == nil {
			all = append(all, image.Digest)
		}
	}
	return strings.Join(append(all, "."), " ")
}
