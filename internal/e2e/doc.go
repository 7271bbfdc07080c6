// Package e2e tests the built program: in a pseudo-terminal whose screen an
// emulator keeps, also through sshd and tmux, against the simulator, moto, the aws CLI,
// OpenSearch and Elasticsearch. Its tests carry the build tag integration and fail when
// one of these is missing.
//
// The stores are nodes put together from what Maven Central has of them. Of
// Elasticsearch that is the server and its HTTP transport, and neither GET / (module
// rest-root), nor the data streams of 7.17, nor the management of data streams in 8 and 9
// (org.elasticsearch.plugin:data-streams): those are made by their template and the first
// line. So what a store says of itself, and serverless, are answers written by hand in
// logs/elastic, and the rest is a store's own.
package e2e
