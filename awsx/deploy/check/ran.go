package check

import (
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
)

// Pin is what is known about one container's image of a way back.
type Pin struct {
	Container string
	Tagged    string // the image as the revision names it
	Reference string // the image by the digest that ran
	Ran, Now  string // digests; Now is empty when the tag is gone or was not read
	Known     bool   // whether ECR said what the tag is now
	Pinned    bool
}

// Moved reports whether the tag is known to name another image than the one that ran.
func (p Pin) Moved() bool { return p.Known && p.Ran != p.Now }

// Ran tells whether the way back runs what ran: ECS resolves a tag anew for
// each deployment, so the old revision may pull the very image that is at fault.
func Ran(run read.PastRun, pins []Pin) Finding {
	var moved, same, unknown []string
	pulls := false
	for _, p := range pins {
		switch {
		case p.Moved():
			now := "is gone"
			if p.Now != "" {
				now = "is " + awsx.ShortDigest(p.Now) + " now"
			}
			end := "would be pulled"
			if p.Pinned {
				end = "pinned to what ran"
			} else {
				pulls = true
			}
			moved = append(moved, fmt.Sprintf("%s of %s ran as %s and %s: %s", shortTag(p.Tagged), p.Container, awsx.ShortDigest(p.Ran), now, end))
		case p.Known:
			same = append(same, shortTag(p.Tagged)+" is still "+awsx.ShortDigest(p.Ran))
		default:
			unknown = append(unknown, p.Tagged)
		}
	}
	switch {
	case pulls:
		return Finding{Name: Tag, Result: Broken, Text: strings.Join(moved, "; ")}
	case len(moved) > 0:
		return Finding{Name: Tag, Result: Warning, Text: strings.Join(moved, "; ")}
	case len(unknown) > 0:
		return Finding{Name: Tag, Result: Skipped, Text: "whether the tag was pushed again is not known: " + strings.Join(unknown, ", ")}
	case len(same) > 0:
		return Finding{Name: Tag, Result: OK, Text: strings.Join(same, "; ")}
	case len(run.Digests) == 0:
		return Finding{Name: Tag, Result: Skipped, Text: "no record of the digests that ran"}
	}
	return Finding{Name: Tag, Result: OK, Text: "the images are pinned to digests"}
}

func shortTag(image string) string {
	ref, err := awsx.ParseReference(image)
	if err != nil {
		return image
	}
	return ref.Short()
}
