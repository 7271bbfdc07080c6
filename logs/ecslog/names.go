package ecslog

import "strings"

// The ECS agent names Docker's containers ecs-<family>-<revision>-<container>-<20
// hex digits>. A plain prefix of that would also find families whose names begin
// alike.

// familyPattern matches the names of containers of any revision of a family; of one
// container when that is not empty. Docker itself puts a slash before a name, which
// some shippers keep.
func familyPattern(family, container string) string {
	return "/?ecs-" + literal(family) + "-[0-9]+-" + containerPattern(container)
}

// containerPattern matches the part of a name after the revision.
func containerPattern(container string) string {
	if container == "" {
		return ".*"
	}
	return literal(dockerPart(container)) + "-[0-9a-f]+"
}

// dockerPart drops the characters that the ECS agent drops from a container's
// name when it names the Docker container.
func dockerPart(container string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, container)
}

// splitDockerName takes ecs-<family>-<revision>-<container>-<hex> apart.
func splitDockerName(name, family string) (revision, container string, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(name, "/"), "ecs-"+family+"-")
	if !ok {
		return "", "", false
	}
	revision, rest, ok = strings.Cut(rest, "-")
	if !ok || revision == "" || strings.Trim(revision, "0123456789") != "" {
		return "", "", false
	}
	if i := strings.LastIndexByte(rest, '-'); i >= 0 {
		rest = rest[:i]
	}
	return revision, rest, true
}

// literal escapes what is not plain in a regular expression.
func literal(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune(`.?+*|{}[]()"\#@&<>~^$`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
