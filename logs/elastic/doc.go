// Package elastic reads log lines from Elasticsearch 7 and 8 and from OpenSearch,
// which speak the same search API.
//
// It uses the generated endpoints of go-elasticsearch over the vendor's transport,
// and leaves out the client package above them, whose product check refuses
// OpenSearch. The transport's own retries are off: it repeats without a pause and
// hides which node failed. Failing over between addresses is done here, waiting
// and trying again is the caller's.
package elastic
