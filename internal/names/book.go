package names

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Book is what was listed of a context, by names. It is safe for concurrent use.
type Book struct {
	mu      sync.Mutex
	now     content
	changed bool
}

// content is what the file holds.
type content struct {
	Clusters []string `json:"clusters,omitempty"`
	// Services are by cluster, Tasks and Containers by CLUSTER/SERVICE, or by CLUSTER for tasks
	// of no service.
	Services   map[string][]string `json:"services,omitempty"`
	Tasks      map[string][]string `json:"tasks,omitempty"`
	Containers map[string][]string `json:"containers,omitempty"`
	// Tags are those of what is in a cluster as KEY=VALUE, or as KEY alone, by cluster; those of
	// the clusters themselves by none.
	Tags map[string][]string `json:"tags,omitempty"`
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
	b.change(func(c *content) {
		c.Clusters = kept(names)
		for _, of := range []map[string][]string{c.Services, c.Tasks, c.Containers, c.Tags} {
			for key := range of {
				if cluster, _, _ := strings.Cut(key, "/"); key != "" && !slices.Contains(c.Clusters, cluster) {
					delete(of, key)
				}
			}
		}
	})
}

// SetServices replaces the services of a cluster.
func (b *Book) SetServices(cluster string, names []string) {
	b.change(func(c *content) { put(&c.Services, cluster, names) })
}

// SetTasks replaces the tasks of a cluster, or of a service of it as "cluster/service", and the
// names of their containers.
func (b *Book) SetTasks(of string, tasks, containers []string) {
	b.change(func(c *content) {
		put(&c.Tasks, of, tasks)
		put(&c.Containers, of, containers)
	})
}

// SetTags replaces the tags of the services of a cluster, or of the clusters where it is empty,
// each as KEY=VALUE or as KEY alone.
func (b *Book) SetTags(cluster string, tags []string) {
	b.change(func(c *content) {
		if c.Tags == nil {
			c.Tags = map[string][]string{}
		}
		if cluster == "" || Plain(cluster) {
			c.Tags[cluster] = keptTags(tags)
		}
	})
}

// put sets a list of a map that need not be there.
func put(lists *map[string][]string, key string, names []string) {
	if *lists == nil {
		*lists = map[string][]string{}
	}
	if Plain(key) {
		(*lists)[key] = kept(names)
	}
}

func (b *Book) change(f func(*content)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(&b.now)
	b.changed = true
}

// kept are names as they are kept: sorted, each once, and none that a shell would read as
// something else.
func kept(names []string) []string { return those(names, Plain) }

// keptTags are tags as they are kept.
func keptTags(tags []string) []string {
	return those(tags, func(tag string) bool { return plain(tag, "=:+") })
}

func those(names []string, plain func(string) bool) []string {
	out := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !plain(name) })
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), most)]
}

// Plain reports whether a word means itself to every shell.
func Plain(word string) bool { return plain(word, "") }

// plain is Plain for words that may have other letters as well.
func plain(word, also string) bool {
	return word != "" && word[0] != '-' && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./@"+also) == ""
}

// Clusters are the clusters that were listed, and those of which the services were, sorted.
func (b *Book) Clusters() []string {
	return kept(slices.AppendSeq(slices.Clone(b.now.Clusters), maps.Keys(b.now.Services)))
}

// Services are those of a cluster, sorted.
func (b *Book) Services(cluster string) []string { return kept(b.now.Services[cluster]) }

// Tasks are those of a cluster with all its services, or of one as "cluster/service".
func (b *Book) Tasks(of string) []string { return within(b.now.Tasks, of) }

// Containers are those of the tasks of a cluster, or of a service as "cluster/service".
func (b *Book) Containers(of string) []string { return within(b.now.Containers, of) }

// Tags are those of what is in a cluster, or of everything where it is empty, sorted: KEY=VALUE,
// or KEY alone.
func (b *Book) Tags(cluster string) (all []string) {
	for of, tags := range b.now.Tags {
		if cluster == "" || of == cluster {
			all = append(all, tags...)
		}
	}
	return keptTags(all)
}

func within(lists map[string][]string, of string) (all []string) {
	for key, names := range lists {
		if key == of || strings.HasPrefix(key, of+"/") {
			all = append(all, names...)
		}
	}
	return kept(all)
}

// Write replaces the file at a path, where anything was listed: 0600, in a directory of the
// user's own.
func (b *Book) Write(path string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.changed {
		return nil
	}
	data, err := json.Marshal(b.now)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".names-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // nothing is there once it was renamed
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	return err
}
