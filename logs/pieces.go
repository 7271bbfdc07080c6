package logs

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Piece says that an entry is one piece of a message. Docker cuts a line at
// 16 KiB and its fluentd driver sends each piece as a document with the fields
// partial_message, partial_id, partial_ordinal (from 1) and partial_last.
type Piece struct {
	// Of is what the pieces of one message have in common.
	Of      string
	Ordinal int
	Last    bool
}

// DocumentID names a document of a store: ids are unique within an index only.
type DocumentID struct{ Index, ID string }

// PieceOf reads the fields of a piece from a document, nil when it is a whole
// message. Pieces without an id, as Docker before 19.03 sent them, cannot be told
// apart and stay as they are.
func PieceOf(source json.RawMessage) *Piece {
	if !bytes.Contains(source, []byte(`"partial_id"`)) {
		return nil
	}
	field := func(name string) string {
		v, _ := Lookup(source, name)
		return Text(v)
	}
	ordinal, err := strconv.Atoi(field("partial_ordinal"))
	if id := field("partial_id"); err == nil && id != "" && ordinal > 0 {
		return &Piece{Of: id, Ordinal: ordinal, Last: field("partial_last") == "true"}
	}
	return nil
}

// Join puts the pieces of each message together where its first piece stands. Of
// a message of which some pieces are elsewhere, those in a row are joined. The
// entries are not changed; without pieces they are returned as they are.
func Join(entries []Entry) []Entry {
	if !slices.ContainsFunc(entries, func(e Entry) bool { return e.Piece != nil }) {
		return entries
	}
	groups := map[pieceKey][]int{}
	for i := range entries {
		if p := entries[i].Piece; p != nil {
			k := keyOfPiece(&entries[i])
			groups[k] = append(groups[k], i)
		}
	}
	out := make([]Entry, 0, len(entries))
	for i := range entries {
		if entries[i].Piece == nil {
			out = append(out, entries[i])
			continue
		}
		group := groups[keyOfPiece(&entries[i])]
		if group[0] != i {
			continue
		}
		ordered := slices.SortedStableFunc(slices.Values(group), func(a, b int) int {
			return cmp.Compare(entries[a].Piece.Ordinal, entries[b].Piece.Ordinal)
		})
		for run := range runs(entries, ordered) {
			out = append(out, joined(entries, run))
		}
	}
	return out
}

// unfinishedPieces returns the pieces of messages of which some piece is missing.
func unfinishedPieces(entries []Entry) []Entry {
	type progress struct{ pieces, last int } // last is the ordinal of the last piece, zero until it came
	messages := map[pieceKey]progress{}
	for i := range entries {
		if piece := entries[i].Piece; piece != nil {
			p := messages[keyOfPiece(&entries[i])]
			p.pieces++
			if piece.Last {
				p.last = piece.Ordinal
			}
			messages[keyOfPiece(&entries[i])] = p
		}
	}
	var out []Entry
	for i := range entries {
		if entries[i].Piece == nil {
			continue
		}
		if p := messages[keyOfPiece(&entries[i])]; p.last == 0 || p.pieces < p.last {
			out = append(out, entries[i])
		}
	}
	return out
}

// pieceKey tells messages apart: ids are made by each Docker daemon on its own.
type pieceKey struct{ container, id string }

func keyOfPiece(e *Entry) pieceKey { return pieceKey{e.Container, e.Piece.Of} }

// runs yields the stretches of a group whose ordinals follow one another.
func runs(entries []Entry, group []int) func(yield func([]int) bool) {
	return func(yield func([]int) bool) {
		start := 0
		for i := 1; i <= len(group); i++ {
			if i < len(group) && entries[group[i]].Piece.Ordinal == entries[group[i-1]].Piece.Ordinal+1 {
				continue
			}
			if !yield(group[start:i]) {
				return
			}
			start = i
		}
	}
}

// joined makes one entry of pieces in order.
func joined(entries []Entry, pieces []int) Entry {
	e := entries[pieces[0]]
	if len(pieces) == 1 {
		return e
	}
	last := entries[pieces[len(pieces)-1]].Piece
	e.Piece = &Piece{Of: e.Piece.Of, Ordinal: e.Piece.Ordinal, Last: last.Last}
	if e.Piece.Ordinal == 1 && last.Last {
		e.Piece = nil
	}
	var message strings.Builder
	e.Pieces = nil
	for i, at := range pieces {
		message.WriteString(entries[at].Message)
		if i > 0 {
			e.Pieces = append(e.Pieces, DocumentID{entries[at].Index, entries[at].ID})
		}
	}
	e.Message = message.String()
	if e.Level == "" {
		e.Level = LevelIn(e.Message)
	}
	e.Read()
	return e
}
