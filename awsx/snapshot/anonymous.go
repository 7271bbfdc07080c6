package snapshot

import (
	"fmt"
	"regexp"
	"strings"

	"gantry/awsx/document"
)

// numbers finds what may be an account number, also with the hyphens of the web
// console's spelling.
var numbers = regexp.MustCompile(`[0-9]+(?:-[0-9]{4}-[0-9]{4}\b)?`)

// owners finds account numbers where the API puts them: in ARNs, in the names of
// registries, and alone.
var owners = regexp.MustCompile(`^arn:[^:]*:[^:]*:[^:]*:([0-9]{12}):|\b([0-9]{12})\.dkr[.-]|^([0-9]{12})$`)

// anonymise replaces account numbers in all texts and names of a document. Those that
// stand somewhere as an account's are replaced wherever they recur.
func anonymise(tree *document.Node) {
	others := map[string]string{}
	eachString(tree, func(s string) string {
		for _, word := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\n\"'`,;()[]{}<>|=", r) }) {
			for _, m := range owners.FindAllStringSubmatch(word, -1) {
				others[m[1]+m[2]+m[3]] = ""
			}
		}
		return s
	})
	next := 0
	eachString(tree, func(s string) string {
		return numbers.ReplaceAllStringFunc(s, func(number string) string {
			plain := strings.ReplaceAll(number, "-", "")
			other, known := others[plain]
			if !known {
				return number
			}
			for other == "" {
				next++
				other = fmt.Sprintf("%012d", 111_111_000_000+next)
				if _, taken := others[other]; taken {
					other = ""
				}
			}
			others[plain] = other
			if len(number) > len(plain) {
				return other[:4] + "-" + other[4:8] + "-" + other[8:]
			}
			return other
		})
	})
}

// eachString replaces the strings of a tree, the names of members included.
func eachString(n *document.Node, replace func(string) string) {
	if text, ok := n.Text(); ok {
		if other := replace(text); other != text {
			n.Raw = document.Quote(other)
		}
		return
	}
	for i := range n.Members {
		n.Members[i].Name = replace(n.Members[i].Name)
		eachString(n.Members[i].Value, replace)
	}
	for _, item := range n.Items {
		eachString(item, replace)
	}
}
