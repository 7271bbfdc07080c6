package awsx

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"regexp"
	"strings"
)

// The ways in which user data names a cluster: the variable of the agent's configuration
// file, the setting of Bottlerocket, and the parameter of the PowerShell module on Windows.
// Text in quotes may have blanks around the sign, as TOML has them.
var (
	clusterVariable = regexp.MustCompile(`\bECS_CLUSTER=(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'\\;&|>]*))`)
	clusterSetting  = regexp.MustCompile(`(?m)^\s*cluster\s*=\s*"([^"\n]*)"`)
	clusterWindows  = regexp.MustCompile(`(?i)\bInitialize-ECSAgent\b[^\n]*\s-Cluster\s+(?:"([^"\n]*)"|'([^'\n]*)'|(\S+))`)
	base64Part      = regexp.MustCompile(`(?mi)^content-transfer-encoding:\s*base64[ \t]*$`)
)

// mostUserData is more than user data can be (EC2, 16 KB before it is encoded; compressed
// data may be more).
const mostUserData = 1 << 20

// JoinsOf reads which cluster encoded user data has the agent join. The last assignment
// that is no comment counts. An agent that is told nothing joins the cluster "default" (ECS,
// container agent configuration).
func JoinsOf(encoded string) Joins {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return Joins{Line: "the user data cannot be read"}
	}
	text := decoded(inflated(raw))
	joins := Joins{}
	for line := range strings.Lines(text) {
		if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "//") {
			continue
		}
		for _, form := range []*regexp.Regexp{clusterVariable, clusterWindows} {
			if all := form.FindAllStringSubmatch(line, -1); all != nil {
				joins = joined(all[len(all)-1])
			}
		}
	}
	if joins.Line == "" && strings.Contains(text, "settings.ecs") {
		if m := clusterSetting.FindStringSubmatch(text); m != nil {
			joins = Joins{Cluster: m[1], Line: strings.TrimSpace(m[0])}
		}
	}
	if joins.Line == "" {
		joins = Joins{Cluster: unnamedCluster, Line: "no ECS_CLUSTER: an agent joins default then"}
	}
	return joins
}

// joined is what a form found: one of its groups has the name. A name that the shell makes
// is not known here.
func joined(match []string) Joins {
	j := Joins{Line: strings.TrimSpace(match[0])}
	for _, name := range match[1:] {
		if name != "" {
			j.Cluster = name
		}
	}
	if strings.ContainsAny(j.Cluster, "$`{") {
		j.Cluster = ""
	}
	return j
}

// inflated is the data as it was before it was compressed.
func inflated(raw []byte) []byte {
	if !bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		return raw
	}
	r, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return raw
	}
	plain, _ := io.ReadAll(io.LimitReader(r, mostUserData)) // what could be read tells
	return plain
}

// decoded adds to a message of several parts what its encoded ones say.
func decoded(raw []byte) string {
	text := strings.ReplaceAll(string(raw), "\r\n", "\n")
	var all strings.Builder
	all.WriteString(text)
	for _, at := range base64Part.FindAllStringIndex(text, -1) {
		_, body, _ := strings.Cut(text[at[1]:], "\n\n")
		body, _, _ = strings.Cut(body, "\n--")
		if part, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(body), "")); err == nil {
			all.WriteString("\n" + string(inflated(part)))
		}
	}
	return all.String()
}
