package app

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/internal/audit"
	"gantry/internal/clean"
	"gantry/internal/config"
	"gantry/internal/notify"
	"gantry/ui"
	"gantry/views"
	"gantry/views/changes"
)

// patienceOfChat is how long closing waits for messages that are on their way.
const patienceOfChat = 5 * time.Second

// chat tells the team's channel of changes.
type chat struct {
	wants  config.Notify
	sender *notify.Sender
	who    string
}

var _ change.Herald = (*chat)(nil)

// openChat begins to tell what the configuration wants told. Without a webhook
// there is nobody to tell.
func (a *App) openChat() {
	if a.Config.Notify.Webhook == "" {
		return
	}
	user, host := audit.Who()
	a.chat = &chat{
		wants: a.Config.Notify, who: user + "@" + host,
		sender: notify.New(notify.Options{URL: a.Config.Notify.Webhook, Transport: a.transport, Warn: a.notices.add}),
	}
}

// close sends what is left to send.
func (c *chat) close() {
	ctx, cancel := context.WithTimeout(context.Background(), patienceOfChat)
	defer cancel()
	c.sender.Close(ctx)
}

// Began announces a change that begins.
func (c *chat) Began(s change.Status, p deploy.Plan) {
	if c.wants.Wants(p.Target.ClusterName(), s.Action) {
		c.sender.Send(notify.Began(c.change(s.ID, p)))
	}
}

// Ended announces what came of it.
func (c *chat) Ended(s change.Status, p deploy.Plan) {
	if c.wants.Wants(p.Target.ClusterName(), s.Action) {
		c.sender.Send(notify.Ended(c.change(s.ID, p), verdict(s, p)))
	}
}

// BatchBegan announces a batch that begins, if any of its targets is to be announced.
func (c *chat) BatchBegan(s change.BatchStatus, b deploy.Batch) {
	if c.wantsAny(b) {
		c.sender.Send(notify.BatchBegan(c.batch(s, b)))
	}
}

// BatchEnded announces the verdicts on its targets.
func (c *chat) BatchEnded(s change.BatchStatus, b deploy.Batch) {
	if c.wantsAny(b) {
		about, rows := c.batch(s, b)
		c.sender.Send(notify.BatchEnded(about, rows, time.Since(s.Jobs[0].Started)))
	}
}

func (c *chat) wantsAny(b deploy.Batch) bool {
	return slices.ContainsFunc(b.Clusters, func(cluster string) bool { return c.wants.Wants(cluster, b.Action) })
}

// change is what a message tells of a plan.
func (c *chat) change(id string, p deploy.Plan) notify.Change {
	out := notify.Change{
		ID: id, Who: c.who, Identity: p.Identity.ARN, Context: p.Target.Context.String(), Target: targetName(p),
		Production: p.Production, Action: p.Intent.Action(), Before: p.Before, After: p.After,
	}
	for _, v := range p.Env {
		for _, value := range []clean.Secret{v.Before.Value, v.After.Value} {
			if value != "" {
				out.Conceal = append(out.Conceal, value)
			}
		}
	}
	return out
}

// batch is what a message tells of a batch; its plans and jobs are in one order.
func (c *chat) batch(s change.BatchStatus, b deploy.Batch) (notify.Change, []notify.Row) {
	about := c.change(s.ID, b.Plans[0])
	about.Production, about.Target = b.Production, ""
	rows := make([]notify.Row, len(b.Plans))
	for i, p := range b.Plans {
		about.Conceal = append(about.Conceal, c.change("", p).Conceal...)
		rows[i] = notify.Row{Target: targetName(p), Summary: p.Summary(), Verdict: verdict(s.Jobs[i], p)}
	}
	return about, rows
}

// targetName is cluster/name, and the name alone of what is in no cluster.
func targetName(p deploy.Plan) string {
	if cluster := p.Target.ClusterName(); cluster != "" {
		return cluster + "/" + p.Target.Name()
	}
	return p.Target.Name()
}

// verdict is how a job stands.
func verdict(s change.Status, p deploy.Plan) notify.Verdict {
	row := s.Row()
	v := notify.Verdict{Outcome: row.Word, Good: row.Good, Took: time.Since(s.Started)}
	switch verdict := s.Result.Verdict; {
	case verdict != nil:
		v.Text, v.Details = verdict.Text, verdict.Details
	case s.Err != nil:
		v.Text, v.Open = row.Text, errors.Is(s.Err, change.ErrShutDown)
	case row.Good && p.Follows():
		v.Open, v.Outcome, v.Text = true, "started", "it goes on in ECS, and nobody follows it here"
	}
	return v
}

// notices are what a run has to tell besides its result. Any goroutine may add
// one; the console's loop takes them, and who closes the application.
type notices struct {
	wake chan struct{}

	mu   sync.Mutex
	list []string
}

// add keeps a warning until somebody takes it.
func (n *notices) add(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, err.Error())
	n.tell()
}

// tell has the console draw what there is.
func (n *notices) tell() {
	select {
	case n.wake <- struct{}{}:
	default: // one is waiting there already
	}
}

func (n *notices) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := n.list
	n.list = nil
	return list
}

// Warnings returns what went wrong beside the changes and was not told before,
// such as a webhook that failed. It is not cleaned.
func (a *App) Warnings() []string { return a.notices.take() }

// background shows notices among the console's messages.
type background struct {
	*changes.Background
	app  *App
	deps *views.Deps
	led  *tour
}

// Status says how changes stand, or else what a newcomer is told while no tour leads him.
func (b background) Status(place string) string {
	said := b.Background.Status(place)
	if said == "" && !b.led.on {
		said = b.led.lessons.Text(b.deps.Host)
	}
	return said
}

var _ ui.Background = background{}

// noticed is received when there are notices.
type noticed struct{ ctx context.Context }

// Open begins to wait for notices too.
func (b background) Open(ctx context.Context) tea.Cmd {
	return tea.Batch(b.Background.Open(ctx), b.next(ctx))
}

// Update shows what there is.
func (b background) Update(msg tea.Msg) tea.Cmd {
	if r, ok := msg.(reread); ok {
		b.app.take(r, b.deps.Host)
		return nil
	}
	news, ok := msg.(noticed)
	if !ok {
		return b.Background.Update(msg)
	}
	for _, text := range b.app.Warnings() {
		b.deps.Host.Flash(ui.Warn, "%s", text)
	}
	b.app.codes.show(b.deps.Host)
	return b.next(news.ctx)
}

func (b background) next(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		select {
		case <-ctx.Done():
			return nil
		case <-b.app.notices.wake:
			return noticed{ctx}
		}
	}
}
