package awsx

import (
	"fmt"
	"regexp"
	"strings"

	"gantry/internal/fault"
)

// Reference is a container image reference, split where a change replaces one
// part and keeps the others.
type Reference struct {
	// Repository is the registry and path without tag, such as nginx or
	// 123456789012.dkr.ecr.eu-west-1.amazonaws.com/api.
	Repository string
	Tag        string // without the colon; may be empty
	Digest     string // sha256:…; may be empty
}

// String returns the reference as it stands in a task definition.
func (r Reference) String() string {
	s := r.Repository
	if r.Tag != "" {
		s += ":" + r.Tag
	}
	if r.Digest != "" {
		s += "@" + r.Digest
	}
	return s
}

// Short returns the part that tells versions apart: the tag, a shortened digest,
// or both; latest when the reference names neither.
func (r Reference) Short() string {
	switch {
	case r.Tag != "" && r.Digest != "":
		return r.Tag + "@" + ShortDigest(r.Digest)
	case r.Digest != "":
		return "@" + ShortDigest(r.Digest)
	case r.Tag != "":
		return r.Tag
	}
	return "latest"
}

// ShortDigest returns the first eight hexadecimal digits of a digest.
func ShortDigest(digest string) string {
	_, hex, found := strings.Cut(digest, ":")
	if !found {
		hex = digest
	}
	return hex[:min(8, len(hex))]
}

// Pinned reports whether the reference names a digest, so that pulling it again
// gives the same bytes.
func (r Reference) Pinned() bool { return r.Digest != "" }

// ECR reports whether the repository is a private one of Amazon ECR.
func (r Reference) ECR() bool {
	host, _, found := strings.Cut(r.Repository, "/")
	return found && ecrForm.MatchString(host)
}

// Lookup returns what names the image within its repository: the digest when
// there is one, else the tag, latest being what an absent one means.
func (r Reference) Lookup() string {
	switch {
	case r.Digest != "":
		return r.Digest
	case r.Tag != "":
		return r.Tag
	}
	return "latest"
}

// The grammar of references, after the distribution project's reference package
// with sha256 as the only algorithm that registries serve.
var (
	tagForm       = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)
	digestForm    = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	registryForm  = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$`)
	componentForm = regexp.MustCompile(`^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$`)
	ecrForm       = regexp.MustCompile(`^[0-9]{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$`)
)

// ParseReference parses an image reference of the form
// [registry[:port]/]path[:tag][@digest]. Its errors name the part that is wrong
// and what was expected in its place.
func ParseReference(s string) (Reference, error) {
	if err := printableReference(s); err != nil {
		return Reference{}, err
	}
	rest, digest, hasDigest := strings.Cut(s, "@")
	if hasDigest {
		if err := validDigest(s, digest); err != nil {
			return Reference{}, err
		}
	}
	ref := Reference{Repository: rest, Digest: digest}
	// A colon after the last slash starts the tag; one before it, a port.
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, '/') {
		ref.Repository, ref.Tag = rest[:i], rest[i+1:]
		if err := validTag(s, ref.Tag); err != nil {
			return Reference{}, err
		}
	}
	return ref, validRepository(s, ref.Repository)
}

// ResolveReference resolves what an operator typed against the image that runs:
// ":tag", "@digest" and ":tag@digest" keep the repository, anything else is a
// whole reference. A bare word is refused: it would be an image of Docker Hub, and
// most often a tag was meant.
func ResolveReference(typed, current string) (Reference, error) {
	if !strings.HasPrefix(typed, ":") && !strings.HasPrefix(typed, "@") {
		ref, err := ParseReference(typed)
		if now, _ := ParseReference(current); err == nil && !strings.ContainsAny(typed, "/:@") && now.Repository != typed {
			err = refuseReference("image reference %[1]q has neither repository nor tag: type :%[1]s for that tag of the image in use, or %[1]s:latest for another image", typed)
		}
		return ref, err
	}
	now, err := ParseReference(current)
	if err != nil {
		return Reference{}, fmt.Errorf("%q keeps the repository of the image in use, which is not understood: %w", typed, err)
	}
	return ParseReference(now.Repository + typed)
}

// refuseReference makes the error for a reference that is none.
func refuseReference(format string, args ...any) error {
	return fault.Errorf(fault.Invalid, "plan", "", format, args...)
}

func printableReference(s string) error {
	if s == "" {
		return refuseReference("the image reference is empty: expected registry/repository:tag or :tag")
	}
	for _, r := range s {
		if r <= ' ' || r > '~' {
			return refuseReference("image reference %q: expected printable ASCII without spaces, found %q", s, r)
		}
	}
	return nil
}

// longestTag is how many characters a tag has at most.
const longestTag = 128

func validTag(s, tag string) error {
	if len(tag) > longestTag || !tagForm.MatchString(tag) {
		return refuseReference("image reference %q: expected after the colon a tag of 1 to 128 letters, digits, '_', '.' or '-', found %q", s, tag)
	}
	return nil
}

func validDigest(s, digest string) error {
	if !digestForm.MatchString(digest) {
		return refuseReference("image reference %q: expected after @ a digest of the form sha256: and 64 hexadecimal digits, found %q", s, digest)
	}
	return nil
}

func validRepository(s, repository string) error {
	parts := strings.Split(repository, "/")
	if len(parts) > 1 && isRegistry(parts[0]) {
		if !registryForm.MatchString(parts[0]) {
			return refuseReference("image reference %q: expected a host name and an optional port as the registry, found %q", s, parts[0])
		}
		parts = parts[1:]
	}
	for _, p := range parts {
		if !componentForm.MatchString(p) {
			return refuseReference("image reference %q: expected a repository of lower-case letters, digits and single separators between slashes, found %q", s, p)
		}
	}
	return nil
}

// isRegistry tells a registry from the first part of a path by the rule that
// Docker uses: it has a dot or a port, or is localhost.
func isRegistry(part string) bool {
	return strings.ContainsAny(part, ".:") || part == "localhost"
}
