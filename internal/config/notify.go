package config

import (
	"errors"
	"net"
	"net/url"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"gantry/internal/clean"
)

// Notify says whom to tell of changes. Without a webhook nobody is told.
type Notify struct {
	// Webhook is the address of an incoming webhook that takes what Slack's do.
	// Whoever knows it can write to the channel.
	Webhook clean.Secret
	// Clusters and Actions are globs, without regard to case, of what is told; an
	// empty list is everything.
	Clusters, Actions []string
}

// Wants reports whether a change is to be told.
func (n Notify) Wants(cluster, action string) bool {
	return n.Webhook != "" && anyGlob(n.Clusters, cluster) && anyGlob(n.Actions, action)
}

func anyGlob(globs []string, name string) bool {
	return len(globs) == 0 || slices.ContainsFunc(globs, func(glob string) bool {
		ok, err := path.Match(strings.ToLower(glob), strings.ToLower(name))
		return ok && err == nil
	})
}

func (p *parser) notify(out *Notify, n *yaml.Node) {
	var at *yaml.Node
	p.mapping(n, "notify", fields{
		"webhook":  func(v *yaml.Node) { out.Webhook, at = p.secret(v, "webhook"), v },
		"clusters": func(v *yaml.Node) { out.Clusters = p.list(v, "clusters", p.glob) },
		"actions":  func(v *yaml.Node) { out.Actions = p.list(v, "actions", p.action) },
	})
	switch {
	case at == nil && (out.Clusters != nil || out.Actions != nil):
		p.fault(n, "notify: expected a webhook, found none")
	case out.Webhook != "":
		if err := checkWebhook(out.Webhook.Reveal()); err != nil {
			p.fault(at, "webhook: %w", err)
		}
	}
}

// checkWebhook checks the address of a webhook. Messages name what production
// runs, so they go over a network enciphered only. The error never repeats the
// address.
func checkWebhook(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return errors.New("expected an address such as https://hooks.slack.com/services/…")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return errors.New("expected https: http is for this machine alone")
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
