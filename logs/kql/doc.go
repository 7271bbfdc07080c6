// Package kql is the Kibana query language: it reads what a person typed into a
// tree, prints a tree, translates it to the query DSL that Elasticsearch and
// OpenSearch share, and evaluates it on one document.
//
// The language, from the public documentation of Kibana:
//
//	query   = or
//	or      = and ("or" and)*
//	and     = not ("and" not)*
//	not     = "not" not | "(" or ")" | clause
//	clause  = field ":" "{" or "}"          a nested object
//	        | field ":" "(" values ")"      several values of one field
//	        | field ":" value
//	        | field ("<" | "<=" | ">" | ">=") value
//	        | value                         in any field
//	values  = the same with values in place of clauses
//	value   = words | "text in quotes"
//
// Keywords are read in any case. Words without quotes form one value, spaces
// included, in which * stands for any text; so it does in field names. A
// backslash takes its meaning from one of \ ( ) : < > " * { }, from a keyword and
// from a Unicode escape such as \u00e9; \t, \r and \n are white space. An empty
// query is *, which every document matches.
package kql
