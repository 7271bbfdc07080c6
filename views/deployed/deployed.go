package deployed

import (
	"strings"

	"gantry/internal/inquiry"
	"gantry/ui/theme"
	"gantry/views/wording"
)

// State is how a deployment stands.
func State(d inquiry.Deployment) theme.Status {
	switch {
	case d.Status == "SUCCESSFUL":
		return theme.StatusOK
	case !d.Ended():
		return theme.StatusPending
	}
	return theme.StatusFailed
}

// Images are what ran, by digest where that is known.
func Images(d inquiry.Deployment) string {
	short := make([]string, len(d.Revision.Images))
	for i, image := range d.Revision.Images {
		short[i] = wording.ShortImage(image.Image, image.Digest)
	}
	return strings.Join(short, " ")
}
