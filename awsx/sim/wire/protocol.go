package wire

import "net/http"

// protocol is how a request and its answer are written.
type protocol int

// The protocols.
const (
	Query protocol = iota // a form that is answered with XML
	JSON10
	JSON11
	CBOR // RPC v2 CBOR
	REST // JSON, with the operation and what it asks in the address
)

// rpcV2 names Smithy's RPC v2 protocol in its CBOR form.
const rpcV2 = "rpc-v2-cbor"

func protocolOf(r *http.Request, target string) protocol {
	switch {
	case r.Header.Get("Smithy-Protocol") == rpcV2:
		return CBOR
	case target == "":
		return Query
	case r.Header.Get("Content-Type") == "application/x-amz-json-1.0":
		return JSON10
	}
	return JSON11
}

func (p protocol) contentType() string {
	return map[protocol]string{
		Query: "text/xml", JSON10: "application/x-amz-json-1.0", JSON11: "application/x-amz-json-1.1", CBOR: "application/cbor", REST: "application/json",
	}[p]
}

// encode marshals a tree.
func (p protocol) encode(tree any) []byte {
	if p == CBOR {
		return encodeCBOR(tree)
	}
	return Encode(tree)
}
