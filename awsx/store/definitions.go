package store

import (
	"container/list"
	"context"
	"strings"
	"sync"

	"gantry/awsx"
)

// TaskDefinition returns a task definition by ARN. It is asked for once: a
// revision never changes, except for its status, which turns INACTIVE when it
// is deregistered; who minds the status reads it through Account. A family or
// family:revision is looked up each time. The definition is shared: it must not
// be changed.
func (s *Store) TaskDefinition(ctx context.Context, id awsx.ContextID, arn string) (*awsx.TaskDefinition, error) {
	if td, ok := s.definitions.get(id, arn); ok {
		return td, nil
	}
	key := definitionKey{id, arn}
	td, err := s.definitions.asking.do(ctx, s, key, func(ctx context.Context) (*awsx.TaskDefinition, error) {
		a, err := s.opener.Open(ctx, id)
		if err != nil {
			return nil, err
		}
		td, err := a.TaskDefinition(ctx, arn)
		if err != nil {
			return nil, err
		}
		s.definitions.put(definitionKey{id, td.ARN}, td)
		return td, nil
	})
	// The bounded cache keeps it from here on.
	s.definitions.asking.forget(key)
	return td, err
}

// CachedTaskDefinition returns a task definition if it was read before. It makes
// no call.
func (s *Store) CachedTaskDefinition(id awsx.ContextID, arn string) (*awsx.TaskDefinition, bool) {
	return s.definitions.get(id, arn)
}

// definitionBytes bounds the documents of cached task definitions; the parsed
// views take about as much again.
const definitionBytes = 8 << 20

type definitionKey struct {
	context awsx.ContextID
	arn     string
}

// definitions caches task definitions by ARN, least recently used out first.
type definitions struct {
	asking flights[definitionKey, *awsx.TaskDefinition]

	mu    sync.Mutex
	byKey map[definitionKey]*list.Element
	order *list.List // of definition, most recently used first
	bytes int
}

type definition struct {
	key definitionKey
	td  *awsx.TaskDefinition
}

func newDefinitions() *definitions {
	return &definitions{byKey: map[definitionKey]*list.Element{}, order: list.New()}
}

func (c *definitions) get(id awsx.ContextID, arn string) (*awsx.TaskDefinition, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byKey[definitionKey{id, arn}]
	if e == nil {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(definition).td, true
}

func (c *definitions) put(key definitionKey, td *awsx.TaskDefinition) {
	if !strings.HasPrefix(key.arn, "arn:") {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byKey[key] != nil {
		return
	}
	c.byKey[key] = c.order.PushFront(definition{key, td})
	c.bytes += len(td.Raw)
	for c.bytes > definitionBytes && c.order.Len() > 1 {
		last := c.order.Remove(c.order.Back()).(definition)
		delete(c.byKey, last.key)
		c.bytes -= len(last.td.Raw)
	}
}
