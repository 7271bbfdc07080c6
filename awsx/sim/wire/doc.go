// Package wire speaks the protocols of AWS services from the service's side: JSON
// 1.0 and 1.1, the Query protocol with its XML, Smithy's RPC v2 CBOR, and REST in JSON. It tells a
// table of services apart by their requests, decodes what an operation takes,
// encodes what it answers, and shapes errors and pages as each protocol does.
//
// It knows no service and keeps no state: the table is its caller's, and what an
// operation does too.
package wire
