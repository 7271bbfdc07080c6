// Package printing is how commands print: JSON, tables, entries of logs, and what a
// change does. Text from outside is cleaned here, and credentials are masked. What a
// command has to say is the command's own business.
package printing
