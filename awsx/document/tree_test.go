package document_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gantry/awsx/document"
	"gantry/awsx/document/documenttest"
)

func TestParsingAndWritingKeepsEveryByteOfCompactJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := documenttest.JSON(4).Draw(t, "document")
		tree, err := document.Parse([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(tree.Bytes()); got != doc {
			t.Fatalf("wrote %s\nread  %s", got, doc)
		}
	})
}

func TestWhatIsNoJSONIsRefused(t *testing.T) {
	for _, doc := range []string{"", "{", `{"a":}`, "nope", `{"a":1}x`, strings.Repeat("[", 20000)} {
		if _, err := document.Parse([]byte(doc)); err == nil {
			t.Errorf("%.20q was taken for JSON", doc)
		}
	}
}
