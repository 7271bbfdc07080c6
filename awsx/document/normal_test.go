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

// TestAnotherSpellingIsNoChange: tools write the same value in their own ways.
func TestAnotherSpellingIsNoChange(t *testing.T) {
	const head = `{"family":"f","networkMode":"awsvpc","containerDefinitions":[`
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"an escaped letter":          {`{"name":"c","image":"caf\u00e9"}`, `{"name":"c","image":"café"}`, true},
		"an escaped pair":            {`{"name":"c","image":"\ud83d\ude80"}`, `{"name":"c","image":"🚀"}`, true},
		"a separator of lines":       {"{\"name\":\"c\",\"image\":\"a\u2028b\"}", `{"name":"c","image":"a\u2028b"}`, true},
		"an escaped slash":           {`{"name":"c","image":"a\/b"}`, `{"name":"c","image":"a/b"}`, true},
		"an escaped member":          {`{"n\u0061me":"c"}`, `{"name":"c"}`, true},
		"a fraction of nothing":      {`{"name":"c","memory":512.0}`, `{"name":"c","memory":512}`, true},
		"an exponent":                {`{"name":"c","memory":1.5e3}`, `{"name":"c","memory":1500}`, true},
		"a small number":             {`{"name":"c","share":5e-2}`, `{"name":"c","share":0.050}`, true},
		"what the service adds":      {`{"name":"c","portMappings":[{"containerPort":80}]}`, `{"name":"c","essential":true,"cpu":0,"portMappings":[{"containerPort":80,"hostPort":80,"protocol":"tcp"}]}`, true},
		"another letter":             {`{"name":"c","image":"caf\u00e8"}`, `{"name":"c","image":"café"}`, false},
		"a digit of many":            {`{"name":"c","qubits":12345678901234567890}`, `{"name":"c","qubits":12345678901234567891}`, false},
		"a number that is a text":    {`{"name":"c","image":"1"}`, `{"name":"c","image":1}`, false},
		"a power of ten":             {`{"name":"c","memory":1e2}`, `{"name":"c","memory":1e3}`, false},
		"a sign":                     {`{"name":"c","memory":-1.0}`, `{"name":"c","memory":1}`, false},
		"another port of the host":   {`{"name":"c","portMappings":[{"containerPort":80,"hostPort":81}]}`, `{"name":"c","portMappings":[{"containerPort":80}]}`, false},
		"one that need not be there": {`{"name":"c","essential":false}`, `{"name":"c"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			a, errA := document.Parse([]byte(head + c.a + "]}"))
			b, errB := document.Parse([]byte(head + c.b + "]}"))
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if document.Same(a, b) != c.same {
				t.Errorf("same is %v of\n%s\n%s", !c.same, document.Normal(a).Bytes(), document.Normal(b).Bytes())
			}
			if !c.same {
				return
			}
			if old, fresh := document.Compare(a, b); name != "what the service adds" && old != fresh {
				t.Errorf("compared as\n%s\n%s", old, fresh)
			}
		})
	}
}

func TestANumberIsComparedInAllItsDigits(t *testing.T) {
	for given, want := range map[string]string{
		"0": "0", "-0": "0", "0.0e7": "0", "8080": "8080", "100": "100", "1e2": "100", "10.50": "10.5", "1.25e1": "12.5", "-2.5E-3": "-0.0025",
		"123456789012345678901234567890": "123456789012345678901234567890", "1e400": "1e400", "10e-400": "1e-399", "1e99999999999999999999": "1e99999999999999999999",
	} {
		n, err := document.Parse([]byte(given))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(n.Canonical()); got != want {
			t.Errorf("%s is written as %s, want %s", given, got, want)
		}
	}
}

func TestABlankFieldAnEmptyOneAndNoneAreOne(t *testing.T) {
	parse := func(s string) *document.Node {
		n, err := document.Parse([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	plain := parse(`{"family":"api","containerDefinitions":[{"name":"web","image":"i","environment":[{"name":"A","value":""}],"portMappings":[{"containerPort":80}]}],"volumes":[{"name":"v"}]}`)
	rendered := parse(`{"family":"api","taskRoleArn":"","ipcMode":"","placementConstraints":[],"volumes":[{"name":"v","host":{"sourcePath":""}}],"containerDefinitions":[{"name":"web","image":"i","user":"","command":null,"links":[],"dockerLabels":{},
	 "environment":[{"name":"A","value":""}],"portMappings":[{"containerPort":80,"protocol":"","name":""}]}]}`)
	if !document.Same(plain, rendered) {
		t.Error("a rendered file is another document")
	}
	for _, other := range []string{
		`{"family":"api","containerDefinitions":[{"name":"web","image":"i","environment":[],"portMappings":[{"containerPort":80}]}],"volumes":[{"name":"v"}]}`,
		`{"family":"api","future":"","containerDefinitions":[{"name":"web","image":"i","environment":[{"name":"A","value":""}],"portMappings":[{"containerPort":80}]}],"volumes":[{"name":"v"}]}`,
	} {
		if document.Same(plain, parse(other)) {
			t.Errorf("the same as %s", other)
		}
	}
}
