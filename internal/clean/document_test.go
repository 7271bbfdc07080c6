package clean_test

import (
	"encoding/json"
	"testing"

	"gantry/internal/clean"
)

func TestADocumentIsMaskedByItsKeysAndInItsTexts(t *testing.T) {
	for _, c := range []struct{ doc, want string }{
		{`{"user":{"password":"plum-tart-61","id":12345678901234567890}}`, `{"user":{"id":12345678901234567890,"password":"` + clean.Mask + `"}}`},
		{`{"api_key":["plum-tart-61"],"msg":"done"}`, `{"api_key":["` + clean.Mask + `"],"msg":"done"}`},
		{`{"msg":"\u001b[31mred\u001b[0m","token_type":"bearer","ok":true}`, `{"msg":"red","ok":true,"token_type":"bearer"}`},
		{`no document`, ``},
	} {
		if got := string(clean.Document(json.RawMessage(c.doc))); got != c.want {
			t.Errorf("%s: %s", c.doc, got)
		}
	}
}
