package document_test

import (
	"testing"

	"gantry/awsx/document"
)

func TestNormalFormIgnoresOrderUnitsAndEmptyLists(t *testing.T) {
	a := `{"cpu":"1 vCPU","memory":"0.5GB","family":"f","containerDefinitions":[{"name":"c","environment":[{"name":"B","value":"2"},{"value":"1","name":"A"}],
"portMappings":[{"containerPort":80,"hostPort":0},{"containerPort":9,"hostPort":0}]}],"tags":[{"key":"b","value":""},{"key":"a","value":""}]}`
	b := `{"tags":[{"key":"a","value":""},{"key":"b","value":""}],"containerDefinitions":[{"mountPoints":[],"name":"c","environment":[{"name":"A","value":"1"},{"name":"B","value":"2"}],
"portMappings":[{"containerPort":9,"hostPort":0},{"containerPort":80,"hostPort":0}]}],"family":"f","memory":"512","cpu":"1024","volumes":[],"revision":9}`
	ta, _ := document.Parse([]byte(a))
	tb, _ := document.Parse([]byte(b))
	if !document.Same(ta, tb) {
		t.Errorf("not the same:\n%s\n%s", document.Normal(ta).Bytes(), document.Normal(tb).Bytes())
	}
	if string(ta.Bytes()) == string(document.Normal(ta).Bytes()) {
		t.Error("normalising changed the document itself")
	}
	tb.Container("c").Set("image", document.Text("x"))
	if document.Same(ta, tb) {
		t.Error("a changed image goes unnoticed")
	}
}
