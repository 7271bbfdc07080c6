package sim

import (
	"net/http"
	"strings"
)

// wire is the protocol of a request and its answer.
type wire int

const (
	queryWire wire = iota
	json10Wire
	json11Wire
	cborWire
)

const (
	// rpcV2 names Smithy's RPC v2 protocol in its CBOR form.
	rpcV2 = "rpc-v2-cbor"
	// cloudWatchTarget is CloudWatch's name in X-Amz-Target and in paths.
	cloudWatchTarget = "GraniteServiceVersion20100801"
)

func wireOf(r *http.Request, target string) wire {
	switch {
	case r.Header.Get("Smithy-Protocol") == rpcV2:
		return cborWire
	case target == "":
		return queryWire
	case r.Header.Get("Content-Type") == "application/x-amz-json-1.0":
		return json10Wire
	}
	return json11Wire
}

func (w wire) contentType() string {
	return map[wire]string{
		queryWire: "text/xml", json10Wire: "application/x-amz-json-1.0", json11Wire: "application/x-amz-json-1.1", cborWire: "application/cbor",
	}[w]
}

// encode marshals a tree.
func (w wire) encode(tree any) []byte {
	if w == cborWire {
		return encodeCBOR(tree)
	}
	return encode(tree)
}

// readCBOR reads the operation out of the path, /service/NAME/operation/NAME, and
// puts the body into JSON, which the operations take.
func (r *request) readCBOR(path string) error {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) != 4 || parts[0] != "service" || parts[2] != "operation" || parts[1] != cloudWatchTarget {
		return fail("UnknownOperationException", "")
	}
	r.service, r.operation = "cloudwatch", parts[3]
	if len(r.body) == 0 {
		return nil
	}
	tree, err := decodeCBOR(r.body)
	if err != nil {
		return fail("SerializationException", err.Error())
	}
	r.body = encode(tree)
	return nil
}

// side is who an error blames.
func (e *apiError) side() string {
	if e.status >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

// tree is the error as the protocols other than Query carry it.
func (e *apiError) tree() map[string]any {
	tree := map[string]any{"__type": e.code}
	if e.message != "" {
		tree["message"] = e.message
	}
	return tree
}
