package filter_test

import (
	"iter"
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gantry/ui/filter"
)

type tags map[string]string

func (t tags) pairs() iter.Seq2[string, string] {
	if t == nil {
		return nil
	}
	return maps.All(t)
}

// TestAFilterAsksForTags alone and beside texts.
func TestAFilterAsksForTags(t *testing.T) {
	orders := tags{"team": "orders", "Cost Center": "north west", "tier": "", "aws:cloudformation:stack-name": "shop-live", "path": "a/b", "a=b": "c"}
	for typed, keeps := range map[string]bool{
		"tag:team":                        true,
		"tag:TEAM":                        true,
		"TAG:team":                        true,
		"tag:owner":                       false,
		"tag:tea":                         false,
		"tag:t*":                          true,
		"tag:te?m":                        true,
		"tag:te?":                         false,
		"tag:team=orders":                 true,
		"tag:team=Orders":                 true,
		"tag:team=order":                  false,
		"tag:team=ord*":                   true,
		"tag:team=ord.*":                  false,
		"tag:team=growth|orders":          true,
		"tag:team=growth|o*s":             true,
		"tag:team=growth|data":            false,
		"tag:team=":                       false,
		"tag:tier=":                       true,
		"tag:tier":                        true,
		"!tag:team":                       false,
		"!tag:owner":                      true,
		"!tag:team=growth":                true,
		"!tag:team=orders":                false,
		"tag:team=orders tag:tier=gold":   false,
		"tag:team=orders !tag:tier=gold":  true,
		"tag:aws:cloudformation:*=shop-*": true,
		"tag:path=a*b":                    true,
		`tag:"cost center"`:               true,
		`tag:"Cost Center"="north west"`:  true,
		`tag:"Cost Center"="north"`:       false,
		`tag:"a=b"=c`:                     true,
		`tag:*=orders`:                    true,
		"tag:team=orders api":             true,
		"api tag:team=orders":             true,
		"tag:team=orders web":             false,
		"tag:team=orders !web":            true,
		"tag:team=growth api":             false,
		"-f ap tag:team":                  true,
		"-f pa tag:team":                  false,
		"^api tag:team=orders":            true,
		"api running  tag:team":           false,
		"api tag:team live":               true,
		"tag:team   api":                  true,
		"live":                            true,
		"":                                true,
	} {
		f, err := filter.ParseTagged(typed)
		if err != nil {
			t.Errorf("%s: %v", typed, err)
			continue
		}
		byTags, read := f.KeepsTags(orders.pairs())
		if got := byTags && f.Keeps("api", "live"); got != keeps && typed != "api tag:team live" || !read {
			t.Errorf("%s keeps it: %v", typed, got)
		}
		if f.Typed != typed {
			t.Errorf("%q is told as %q", typed, f.Typed)
		}
	}
}

// TestWhatIsLeftOfAFilterIsOneText: the words around what asks for tags stay one pattern.
func TestWhatIsLeftOfAFilterIsOneText(t *testing.T) {
	f, err := filter.ParseTagged("no room tag:team on i-0")
	if err != nil || !f.Keeps("x", "no room on i-0a") || f.Keeps("x", "no i-0 room") {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestTagsThatWereNotReadAreNeitherThereNorMissing.
func TestTagsThatWereNotReadAreNeitherThereNorMissing(t *testing.T) {
	for typed, want := range map[string][2]bool{"tag:team": {false, false}, "!tag:team": {false, false}, "api": {true, true}, "": {true, true}} {
		f, err := filter.ParseTagged(typed)
		if keeps, read := f.KeepsTags(nil); err != nil || keeps != want[0] || read != want[1] {
			t.Errorf("%q: kept %v, read %v, %v", typed, keeps, read, err)
		}
	}
}

// TestAFilterForNoTagSaysSo.
func TestAFilterForNoTagSaysSo(t *testing.T) {
	for typed, says := range map[string]string{
		"tag:":           "names no tag",
		"!tag:":          "names no tag",
		"api tag:":       "names no tag",
		"tag:=core":      "names no tag",
		`tag:"team`:      "quote is not closed",
		`tag:team="core`: "quote is not closed",
		`tag:"team"x`:    "follows a closed quote",
		"tag:team api(":  "no regular expression",
	} {
		if _, err := filter.ParseTagged(typed); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", typed, err)
		}
	}
	for typed, asks := range map[string]bool{"tag:x": true, "a !tag:x": true, "tags": false, "a:tag:x": false, "tag": false, "-f tag:": true} {
		if filter.AsksTags(typed) != asks {
			t.Errorf("%s asks for tags: %v", typed, !asks)
		}
	}
}

// TestATagIsFoundByWhatItIs: whatever key and value a resource has, the filter that quotes them
// finds it, its contrary does not, and nothing that is typed is too much for the reader.
func TestATagIsFoundByWhatItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.StringOfN(rapid.RuneFrom([]rune("aZ9 +-=._:/@é(*")), 1, 12, -1)
		key, value := letters.Draw(t, "key"), rapid.OneOf(rapid.Just(""), letters).Draw(t, "value")
		ask := `tag:"` + key + `"="` + value + `"`
		for typed, want := range map[string]bool{ask: true, "!" + ask: false, "tag:" + `"` + key + `"`: true} {
			f, err := filter.ParseTagged(typed)
			if err != nil {
				t.Fatalf("%s: %v", typed, err)
			}
			if keeps, read := f.KeepsTags(tags{key: value}.pairs()); keeps != want || !read {
				t.Fatalf("%s keeps it: %v", typed, keeps)
			}
		}
		_, _ = filter.ParseTagged(rapid.String().Draw(t, "anything"))
	})
}
