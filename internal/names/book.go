package names

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"gantry/internal/statefile"
)

// Book is what was listed of a context, by names. It is safe for concurrent use, and its file
// may be shared by several runs: of each list that which was read last counts.
type Book struct {
	mu      sync.Mutex
	now     content
	changed bool
}

// content is what the file holds.
type content struct {
	Clusters list
	// Services are by cluster. Tasks are by CLUSTER/SERVICE, and by CLUSTER those of no
	// service, of which the whole cluster was read when they were.
	Services map[string]list
	Tasks    map[string]list
	// Tags are those of what is in a cluster as KEY=VALUE, or as KEY alone, by cluster; those of
	// the clusters themselves by none.
	Tags map[string]list
}

// list is what a listing brought, and when that was.
type list struct {
	At         time.Time
	Names      []string
	Containers []string `json:",omitempty"` // of tasks
}

// most is how many names are kept of one list: a shell lists no more.
const most = 5000

// Path is the file of a context in a directory.
func Path(dir, context string) string {
	sum := sha256.Sum256([]byte(context))
	return filepath.Join(dir, "names", hex.EncodeToString(sum[:8])+".json")
}

// Read reads the file at a path. One that is not there, or that cannot be read, is empty.
func Read(path string) *Book {
	b := &Book{}
	if data, err := os.ReadFile(path); err != nil || json.Unmarshal(data, &b.now) != nil {
		b.now = content{}
	}
	return b
}

// SetClusters replaces the clusters. Of those that are gone the rest is forgotten.
func (b *Book) SetClusters(names []string) {
	b.change(func(c *content) { c.Clusters = list{At: time.Now(), Names: kept(names)} })
}

// SetServices replaces the services of a cluster. Of those that are gone the rest is forgotten.
func (b *Book) SetServices(cluster string, names []string) {
	b.change(func(c *content) { c.Services[cluster] = list{At: time.Now(), Names: kept(names)} })
}

// SetTasks replaces the tasks of a service, and the names of their containers.
func (b *Book) SetTasks(cluster, service string, tasks, containers []string) {
	b.change(func(c *content) { c.put(time.Now(), cluster+"/"+service, tasks, containers) })
}

// Running are the tasks of a service, or of none, and the names of their containers.
type Running struct{ Tasks, Containers []string }

// SetAllTasks replaces all tasks of a cluster: those of each service by its name, and those
// of none under the empty one.
func (b *Book) SetAllTasks(cluster string, all map[string]*Running) {
	b.change(func(c *content) {
		now := time.Now()
		c.put(now, cluster, nil, nil)
		for service, r := range all {
			c.put(now, strings.TrimSuffix(cluster+"/"+service, "/"), r.Tasks, r.Containers)
		}
	})
}

// SetTags replaces the tags of the services of a cluster, or of the clusters where it is empty,
// each as KEY=VALUE or as KEY alone. Where those of some were not read, what was known stays
// beside them.
func (b *Book) SetTags(cluster string, tags []string, all bool) {
	b.change(func(c *content) {
		l := list{At: time.Now()}
		if !all { // it is no newer than what it knew before
			l = c.Tags[cluster]
			tags = append(slices.Clone(tags), l.Names...)
		}
		l.Names = those(tags, tag)
		c.Tags[cluster] = l
	})
}

func (c *content) put(now time.Time, of string, tasks, containers []string) {
	c.Tasks[of] = list{At: now, Names: kept(tasks), Containers: kept(containers)}
}

func (b *Book) change(f func(*content)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.whole()
	f(&b.now)
	b.now.prune()
	b.changed = true
}

// whole is the content with maps to write to.
func (c content) whole() content {
	for _, m := range []*map[string]list{&c.Services, &c.Tasks, &c.Tags} {
		if *m == nil {
			*m = map[string]list{}
		}
	}
	return c
}

// prune forgets what a later listing of what it was in says is gone, and what no shell could
// be offered.
func (c *content) prune() {
	gone := func(at time.Time, in list, name string) bool {
		return at.Before(in.At) && !slices.Contains(in.Names, name)
	}
	for cluster, l := range c.Services {
		if !Plain(cluster) || gone(l.At, c.Clusters, cluster) {
			delete(c.Services, cluster)
		}
	}
	for cluster, l := range c.Tags {
		if cluster != "" && (!Plain(cluster) || gone(l.At, c.Clusters, cluster)) {
			delete(c.Tags, cluster)
		}
	}
	for of, l := range c.Tasks {
		cluster, service, in := strings.Cut(of, "/")
		if !Plain(of) || gone(l.At, c.Clusters, cluster) || in && (gone(l.At, c.Services[cluster], service) || l.At.Before(c.Tasks[cluster].At)) {
			delete(c.Tasks, of)
		}
	}
}

// merge takes in what another has of what was listed later; not what a clock that was wrong
// says will be, which nothing would ever follow.
func (c *content) merge(other content) {
	now := time.Now()
	later := func(a, b list) bool { return a.At.After(b.At) && !a.At.After(now) }
	if later(other.Clusters, c.Clusters) {
		c.Clusters = other.Clusters
	}
	for _, m := range []struct{ mine, others map[string]list }{{c.Services, other.Services}, {c.Tasks, other.Tasks}, {c.Tags, other.Tags}} {
		for of, l := range m.others {
			if later(l, m.mine[of]) {
				m.mine[of] = l
			}
		}
	}
	c.prune()
}

// kept are names as they are kept: sorted, each once, and none that a shell would read as
// something else.
func kept(names []string) []string { return those(names, Plain) }

func those(names []string, plain func(string) bool) []string {
	out := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !plain(name) })
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), most)]
}

// Plain reports whether a word means itself to every shell.
func Plain(word string) bool { return plain(word, "") }

// tag is Plain for a tag, which may have the letters of KEY=VALUE as well.
func tag(word string) bool { return plain(word, "=:+") }

func plain(word, also string) bool {
	return word != "" && word[0] != '-' && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./@"+also) == ""
}

// read is what is in the book, as f takes it.
func (b *Book) read(f func(c content) []string) []string { return b.readOf(Plain, f) }

func (b *Book) readOf(plain func(string) bool, f func(c content) []string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return those(f(b.now), plain)
}

// Clusters are the clusters that were listed, and those of which the services were, sorted.
func (b *Book) Clusters() []string {
	return b.read(func(c content) []string {
		return slices.AppendSeq(slices.Clone(c.Clusters.Names), maps.Keys(c.Services))
	})
}

// Services are those of a cluster, sorted.
func (b *Book) Services(cluster string) []string {
	return b.read(func(c content) []string { return c.Services[cluster].Names })
}

// Tasks are those of a cluster with all its services, or of one as "cluster/service".
func (b *Book) Tasks(of string) []string {
	return b.within(of, func(l list) []string { return l.Names })
}

// Containers are those of the tasks of a cluster, or of a service as "cluster/service".
func (b *Book) Containers(of string) []string {
	return b.within(of, func(l list) []string { return l.Containers })
}

// Tags are those of what is in a cluster, or of everything where it is empty, sorted: KEY=VALUE,
// or KEY alone.
func (b *Book) Tags(cluster string) []string {
	return b.readOf(tag, func(c content) (all []string) {
		for of, l := range c.Tags {
			if cluster == "" || of == cluster {
				all = append(all, l.Names...)
			}
		}
		return all
	})
}

func (b *Book) within(of string, names func(list) []string) []string {
	return b.read(func(c content) (all []string) {
		for key, l := range c.Tasks {
			if key == of || strings.HasPrefix(key, of+"/") {
				all = append(all, names(l)...)
			}
		}
		return all
	})
}

// Write writes what was listed to the file at a path, unless nothing was, beside what other
// runs listed of the context meanwhile.
func (b *Book) Write(path string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.changed {
		return nil
	}
	return statefile.Together(path, func() ([]byte, error) {
		b.now.merge(Read(path).now)
		return json.Marshal(b.now)
	})
}
