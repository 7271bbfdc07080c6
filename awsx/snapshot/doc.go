// Package snapshot keeps what was read of an account as one document: each cluster,
// service, task, revision, target group and so on as the API answered it, what the
// API refused to tell, and the lines that failing tasks wrote last.
//
// A Recorder gathers it from the answers that pass by. Entities are kept by what they
// are and not by who asked, since describe calls name them in other batches each time.
// Before a document is written its secrets are masked, by the rules of awsx/document,
// and account numbers replaced where that is asked for. Package replay serves one.
package snapshot
