package wording

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/internal/fault"
	"gantry/internal/words"
	"gantry/ui/text"
)

// Since is the age of a time, empty for none.
func Since(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	return text.Age(now.Sub(at))
}

// Clock is when something happened: the time of day, with the date when that was neither
// today nor within half a day: 23:21 of yesterday would be read as today's.
func Clock(at, now time.Time) string {
	at = at.In(now.Location())
	switch d := now.Sub(at); {
	case d < 12*time.Hour && d > -12*time.Hour, at.YearDay() == now.YearDay() && at.Year() == now.Year():
		return at.Format("15:04")
	case at.Year() == now.Year():
		return at.Format("01-02 15:04")
	}
	return at.Format("2006-01-02 15:04")
}

// Named is a text with the names of things in the place of their ARNs, which tell a reader
// nothing and take the room of what does, and with the ids of tasks shortened.
func Named(s string) string { return reason.Named(s) }

// Moment is a time in full with how long ago it was, "-" for none.
func Moment(at, now time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.In(now.Location()).Format("2006-01-02 15:04:05 -0700") + " (" + text.Ago(now.Sub(at)) + ")"
}

// shortDigest keeps enough of a digest to tell two images apart.
func shortDigest(digest string) string {
	hex := strings.TrimPrefix(digest, "sha256:")
	return hex[:min(4, len(hex))]
}

// ImageParts splits an image reference into repository, tag and digest; the
// tag is empty when there is none, which the registry takes for latest.
func ImageParts(image string) (repository, tag, digest string) {
	repository, digest, _ = strings.Cut(image, "@")
	if i := strings.LastIndexByte(repository, ':'); i > strings.LastIndexByte(repository, '/') {
		repository, tag = repository[:i], repository[i+1:]
	}
	return repository, tag, digest
}

// ShortImage is an image as tag@digest, cut to what tells revisions apart. The
// digest is the one that runs, else the one that the reference pins.
func ShortImage(image, running string) string {
	if image == "" {
		return ""
	}
	_, tag, pinned := ImageParts(image)
	if tag == "" && pinned == "" {
		tag = "latest"
	}
	running = cmp.Or(running, pinned)
	if running == "" {
		return tag
	}
	return tag + "@" + shortDigest(running)
}

// ShortID keeps enough of a task's id to recognise it.
func ShortID(id string) string { return id[:min(8, len(id))] }

// Ports says what a container's bindings map, container port first, each once:
// the two halves of a dual-stack binding are one.
func Ports(bindings []awsx.Binding) string {
	var out []string
	for _, b := range bindings {
		s := awsx.PortWords(b.ContainerPort, b.Range)
		if host := awsx.PortWords(b.HostPort, b.HostRange); host != "" {
			s += ">" + host
		}
		if b.Protocol != "" && b.Protocol != "tcp" {
			s += "/" + b.Protocol
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// Exit says what an exit code means; the codes above 128 are a signal's number
// plus 128.
func Exit(code int) string {
	switch code {
	case awsx.Unset:
		return ""
	case 0:
		return "0 finished"
	case 1:
		return "1 application error"
	case 126:
		return "126 not executable"
	case 127:
		return "127 not found"
	case 137:
		return "137 killed"
	case 139:
		return "139 segmentation fault"
	case 143:
		return "143 terminated"
	}
	return strconv.Itoa(code)
}

// Count says how many of something there are: 1 task, 2 tasks.
func Count(n int, one string) string { return words.Count(n, one) }

// JoinNonEmpty joins the parts that say something.
func JoinNonEmpty(sep string, parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, sep)
}

// Unaccepted says in short what is the matter with credentials: they are no good any more, or
// there never were any.
func Unaccepted(err error) string {
	if errors.Is(err, fault.ErrNoCredentials) {
		return fault.Of(err).Kind()
	}
	return "login expired"
}
