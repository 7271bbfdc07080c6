//go:build integration

package app

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"gantry/internal/config"
)

// monkeyKeys are the named keys that a keyboard sends.
var monkeyKeys = strings.Fields("enter esc up down left right home end pgup pgdown tab shift+tab backspace delete insert f1 " +
	"shift+left shift+right ctrl+left ctrl+right alt+left alt+right alt+d alt+f alt+b alt+backspace alt+delete ctrl+space ctrl+\\ ctrl+z")

// monkeyWords are what the monkey types in one go: where there is something to find.
var monkeyWords = []string{"api", ":services", ":logs prod/api-orders", "/cat", ":ctx", "prod", "catalog", "2", "0", "y", "1 prod", "LOG_LEVEL=debug", ":why", "level:error", "é世\u200b"}

// monkeyPress is what the monkey does next, spelled for a report.
func monkeyPress(r *rand.Rand, d *desk) string {
	const printable = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
	switch n := r.IntN(1000); {
	case n < 5:
		w, h := 1+r.IntN(220), 1+r.IntN(60)
		d.Resize(w, h)
		d.Resize(80+r.IntN(120), 24+r.IntN(30))
		return "(resize)"
	case n < 15:
		d.Advance(time.Duration(r.IntN(2000)) * time.Millisecond)
		return "(wait)"
	case n < 40:
		word := monkeyWords[r.IntN(len(monkeyWords))]
		d.Type(word)
		return strconv.Quote(word)
	case n < 44:
		d.Paste(monkeyWords[r.IntN(len(monkeyWords))] + "\n\x1b[31m")
		return "(paste)"
	case n < 140:
		return monkeyKey(d, "enter")
	case n < 200:
		return monkeyKey(d, "esc")
	case n < 350:
		return monkeyKey(d, monkeyKeys[r.IntN(len(monkeyKeys))])
	case n < 450:
		return monkeyKey(d, []string{"ctrl+", "alt+"}[r.IntN(2)]+string(rune('a'+r.IntN(26))))
	}
	key := string(printable[r.IntN(len(printable))])
	if key == " " {
		key = "space"
	}
	return monkeyKey(d, key)
}

func monkeyKey(d *desk, key string) string {
	d.Press(key)
	return key
}

// TestTheMonkeyBringsNothingDown presses 20,000 keys on the demo account while gantry is
// read-only, and some thousands while it may write, the same ones each time. Whatever is
// met is drawn, nothing panics, and read-only nothing is changed.
func TestTheMonkeyBringsNothingDown(t *testing.T) {
	seed := uint64(1)
	if text := os.Getenv("GANTRY_MONKEY"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name     string
		readOnly bool
		keys     int
	}{{"read-only", true, 20_000}, {"writing", false, 4_000}} {
		t.Run(c.name, func(t *testing.T) {
			s := setting{everyFrame: true, w: 120, h: 40, configure: func(cfg *config.Config) { cfg.Writing = config.Writing{ReadOnly: c.readOnly} }}
			sit(t, s, func(t *testing.T, d *desk) {
				r := rand.New(rand.NewPCG(seed, uint64(c.keys)))
				var last []string
				seen := map[string]int{}
				for i := range c.keys {
					last = append(last, monkeyPress(r, d))
					last = last[max(0, len(last)-60):]
					if top := d.Shell.Top(); top != nil {
						seen[top.Name()]++
					}
					if crash := d.Shell.Crash(); crash != nil {
						t.Fatalf("after %d keys, the last of them %s: %v", i+1, strings.Join(last, " "), crash)
					}
					d.Quit = false // the monkey stays
				}
				t.Logf("%d screens: %v", len(seen), seen)
				if len(seen) < 8 {
					t.Errorf("the monkey met only %d screens: %v", len(seen), seen)
				}
				if made := d.changes(); c.readOnly && len(made) > 0 {
					t.Errorf("read-only, these calls were made: %v", made)
				}
			})
		})
	}
}
