package clean

import (
	"slices"
	"sort"
	"strings"
	"sync"
)

// Redact returns s with the credentials in it replaced by the mask: the values of
// settings whose name announces a secret, in any of the usual notations; of flags such
// as --password; headers that authorise; the user information of URLs; the passwords
// in connection strings; private keys, hashes of passwords, and tokens that say
// themselves what they are. Colours in the middle of one do not hide it. It
// recognises forms, not values. A string without any is returned as it is, without
// allocation, and Redact of the result is itself.
func Redact(s string) string { return mask(s, scanner{}.secrets(s)) }

// Arguments returns the arguments of a command with the credentials in them
// replaced by the mask. It knows more than Redact of each does: --password masks the
// whole of the argument after it. Those without any are returned as they are.
func Arguments(args []string) []string {
	if len(args) == 0 {
		return nil
	}
	plain := slices.Clone(args)
	for i := range plain {
		plain[i] = strings.ReplaceAll(plain[i], "\x00", `\x00`) // which no process can be given
	}
	all := strings.Join(plain, "\x00")
	return strings.Split(mask(all, scanner{list: true}.secrets(all)), "\x00")
}

// span is where a secret stands in a text.
type span struct{ from, to int }

// mask returns s with the mask in the place of each span.
func mask(s string, spans []span) string {
	if len(spans) == 0 {
		return s
	}
	var b strings.Builder
	done := 0
	for _, p := range spans {
		b.WriteString(s[done:p.from])
		b.WriteString(Mask)
		done = p.to
	}
	b.WriteString(s[done:])
	return b.String()
}

// secrets returns where the secrets of a text stand. The text is scanned without the
// sequences for a terminal that are in it.
func (x scanner) secrets(s string) []span {
	if x.s = s; !mayHaveSequences(s) && !mayBeCoded(s) {
		x.run()
		return x.spans
	}
	var cuts []cut
	x.s, cuts = strip(s, anyLen)
	x.run()
	removed := func(at int) int {
		i := sort.Search(len(cuts), func(i int) bool { return cuts[i].at > at })
		if i == 0 {
			return 0
		}
		return cuts[i-1].removed
	}
	for i, p := range x.spans {
		x.spans[i] = span{p.from + removed(p.from), p.to + removed(p.to)}
	}
	return x.spans
}

// scanner finds the secrets in a text, from left to right.
type scanner struct {
	s string
	// whole is true for the value of a setting, which ends where s does, and false
	// for a text in which other things may follow.
	whole bool
	// list is true for the arguments of a command, with a NUL between each two.
	list bool

	spans []span
	done  int // where the last of them ends

	program  *program // the last command seen that has short flags for secrets
	jwtUntil int      // no JSON Web Token begins before here
	at       int      // the first @ from some position on, of userinfo
	stop     int      // and where the run ends that this position is in
}

// The kinds of bytes: one that begins nothing, one that a word is made of, and one
// at which a secret may be announced.
const (
	plainByte = iota
	wordsByte
	signByte
)

// kinds is the kind of each byte. Bytes outside ASCII count as plain.
var kinds = [256]byte{
	':': signByte, '=': signByte, '-': signByte, '$': signByte, '@': signByte, '<': signByte, '\\': signByte, '.': signByte,
	'~': signByte, '\n': signByte,
	'0': wordsByte, '1': wordsByte, '2': wordsByte, '3': wordsByte, '4': wordsByte,
	'5': wordsByte, '6': wordsByte, '7': wordsByte, '8': wordsByte, '9': wordsByte,
	'A': wordsByte, 'B': wordsByte, 'C': wordsByte, 'D': wordsByte, 'E': wordsByte, 'F': wordsByte, 'G': wordsByte,
	'H': wordsByte, 'I': wordsByte, 'J': wordsByte, 'K': wordsByte, 'L': wordsByte, 'M': wordsByte, 'N': wordsByte,
	'O': wordsByte, 'P': wordsByte, 'Q': wordsByte, 'R': wordsByte, 'S': wordsByte, 'T': wordsByte, 'U': wordsByte,
	'V': wordsByte, 'W': wordsByte, 'X': wordsByte, 'Y': wordsByte, 'Z': wordsByte,
	'a': wordsByte, 'b': wordsByte, 'c': wordsByte, 'd': wordsByte, 'e': wordsByte, 'f': wordsByte, 'g': wordsByte,
	'h': wordsByte, 'i': wordsByte, 'j': wordsByte, 'k': wordsByte, 'l': wordsByte, 'm': wordsByte, 'n': wordsByte,
	'o': wordsByte, 'p': wordsByte, 'q': wordsByte, 'r': wordsByte, 's': wordsByte, 't': wordsByte, 'u': wordsByte,
	'v': wordsByte, 'w': wordsByte, 'x': wordsByte, 'y': wordsByte, 'z': wordsByte,
}

// run scans the text once.
func (x *scanner) run() {
	s := x.s
	start := true // a word may begin here
	openings := wordOpenings()
	for i := 0; i < len(s); {
		var from, to int
		switch kinds[s[i]] {
		case plainByte:
			start = true
			i++
			continue
		case wordsByte:
			if start && i+1 < len(s) && (digit(s[i]) || openings[s[i]].has(s[i+1])) {
				from, to = x.word(i)
			}
			if start = false; to == 0 {
				for i++; i < len(s) && kinds[s[i]] == wordsByte; i++ {
				}
				continue
			}
		default:
			start = true
			from, to = x.sign(i)
		}
		switch {
		case to <= from: // only to be passed over
			i = max(to, i+1)
		case x.hide(from, to):
			i, start = max(x.done, i+1), true
		default:
			i++
		}
	}
}

// hide takes a range for a secret, and reports whether there is something to hide in
// it.
func (x *scanner) hide(from, to int) bool {
	if end := strings.IndexByte(x.s[from:to], 0); end >= 0 {
		to = from + end // A secret ends with its argument.
	}
	if from = max(from, x.done); from >= to || harmless(x.s[from:to]) {
		return false
	}
	x.spans = append(x.spans, span{from, to})
	x.done = to
	return true
}

// sign returns the range to hide when a secret is announced by the byte at i, which
// is no letter or digit. The range may begin later than i; from and to are equal
// when bytes are only to be passed over, and to is 0 when there is nothing.
func (x *scanner) sign(i int) (from, to int) {
	s := x.s
	switch s[i] {
	case ':':
		if strings.HasPrefix(s[i:], "://") {
			return x.userinfo(i + 3)
		}
		return x.assigned(i)
	case '=':
		return x.assigned(i)
	case '-':
		if strings.HasPrefix(s[i:], "-----") {
			return privateKey(s, i)
		}
		if i == 0 || kinds[s[i-1]] != wordsByte {
			return x.flag(i)
		}
	case '$':
		return passwordHash(s, i)
	case '@':
		return x.driverAddress(i)
	case '<':
		return element(s, i)
	case '\\':
		// In JSON inside text, \nghp_… is a line break and a token.
		if i+1 < len(s) && strings.IndexByte("nrtbf", s[i+1]) >= 0 {
			return i + 2, i + 2
		}
	case '.':
		if i+1 < len(s) && s[i+1] == 'a' {
			return terraformToken(s, i)
		}
	case '~':
		return azureSecret(s, i)
	case '\n':
		x.program = nil
	}
	return 0, 0
}

// openings are the second bytes of the words at which something may begin, for one
// first byte. A bit stands for two bytes at most, which is exact enough to pass over
// nearly all words of a line.
type openings uint64

func (o openings) has(second byte) bool { return o>>(second&0x3f)&1 != 0 }

// wordOpenings are the openings by their first byte: of the tokens of forms, of the
// commands of programs, and of the words that scanner.word knows.
var wordOpenings = sync.OnceValue(func() *[256]openings {
	var table [256]openings
	add := func(word string) { table[word[0]] |= 1 << (word[1] & 0x3f) }
	for _, list := range forms {
		for _, f := range list {
			add(f.head)
		}
	}
	for _, p := range programs {
		add(p.name)
	}
	for _, word := range append([]string{"arn:", "bearer ", "basic ", "eyJ", "jdbc:"}, phrases...) {
		add(word)
		add(strings.ToUpper(word))
		add(strings.ToUpper(word[:1]) + word[1:])
	}
	return &table
})

// word returns the range to hide for a word that begins at i, as sign does.
func (x *scanner) word(i int) (from, to int) {
	s := x.s
	if digit(s[i]) {
		return numberedToken(s, i)
	}
	switch s[i] | 0x20 {
	case 'a':
		if strings.HasPrefix(s[i:], "arn:") {
			// In a name of AWS, secret: is a kind of resource.
			end := skip(s, i, len(s), resourceByte)
			return end, end
		}
	case 'b':
		if foldPrefix(s[i:], "bearer ") {
			return bearer(s, i+len("bearer "))
		}
		if foldPrefix(s[i:], "basic ") {
			return basic(s, i+len("basic "))
		}
	case 'e':
		if from, to = x.webToken(i); to > 0 {
			return from, to
		}
	case 'i', 'm', 'p', 'r':
		if from, to = phrase(s, i); to > 0 {
			return from, to
		}
	case 'j':
		if from, to = oracleAddress(s, i); to > 0 {
			return from, to
		}
	}
	if from, to = token(s, i); to > 0 {
		return from, to
	}
	if p := programAt(s, i); p != nil {
		x.program = p
	}
	return 0, 0
}

func resourceByte(c byte) bool {
	return wordByte(c) || c == ':' || c == '/' || c == '-' || c == '.' || c == '+' || c == '@' || c == '*' || c == '!'
}
