package house_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// anchors are the names by which a page's headings are linked to, as GitHub makes them:
// lower case, blanks as hyphens, without signs. What stands in a block is no heading.
func anchors(page string) map[string]bool {
	names := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(fences.ReplaceAllString(page, ""), -1) {
		name := strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			case r == ' ':
				return '-'
			}
			return -1
		}, m[1])
		names[name] = true
	}
	return names
}

// pages are those of the project, by their paths.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	found, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(found, "README.md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.ToSlash(name)] = string(text)
	}
	return all
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	fences  = regexp.MustCompile("(?s)```.*?```")
	blocks  = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
)

// TestLinksLeadSomewhere follows each link of the pages that stays in the project, to its
// file and to the heading of it.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Chdir("../..")
	all, links := pages(t), 0
	for page, text := range all {
		for _, m := range link.FindAllStringSubmatch(blocks.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			links++
			file, anchor, _ := strings.Cut(m[1], "#")
			to := page
			if file != "" {
				to = path.Join(path.Dir(page), file)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
			} else if anchor != "" && !anchors(all[to])[anchor] {
				t.Errorf("%s links to %s, and %s has no such heading", page, m[1], to)
			}
		}
	}
	if links < 80 {
		t.Errorf("only %d links were found", links)
	}
}

// TestEveryBlockEnds: after a block without an end, text and blocks of a page change places.
func TestEveryBlockEnds(t *testing.T) {
	t.Chdir("../..")
	for page, text := range pages(t) {
		begun := 0
		for i, line := range strings.Split(text, "\n") {
			switch {
			case !strings.HasPrefix(line, "```"):
			case begun == 0:
				begun = i + 1
			case line == "```":
				begun = 0
			default:
				t.Errorf("%s:%d begins a block, and the one of line %d has no end", page, i+1, begun)
			}
		}
		if begun > 0 {
			t.Errorf("%s:%d begins a block that has no end, or one before it has none", page, begun)
		}
	}
}

// TestTheIndexHasEveryPage: a page that the index lacks is found by nobody.
func TestTheIndexHasEveryPage(t *testing.T) {
	t.Chdir("../..")
	all := pages(t)
	for page := range all {
		if name := path.Base(page); path.Dir(page) == "docs" && name != "README.md" && !strings.Contains(all["docs/README.md"], "]("+name+")") {
			t.Errorf("docs/README.md does not name %s", name)
		}
	}
	if lines := strings.Count(all["README.md"], "\n"); lines > 150 {
		t.Errorf("README has %d lines: nobody reads more than 150 before deciding", lines)
	}
}
