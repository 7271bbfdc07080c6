package logs_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx/awsxtest"
	"gantry/awsx/past"
	"gantry/ui"
	"gantry/views"
	logviews "gantry/views/logs"
	"gantry/views/viewstest"
)

// TestTheTasksBeforeAreReachedHoursLater goes back to tasks that ECS has forgotten,
// from a service and then from task to task.
func TestTheTasksBeforeAreReachedHoursLater(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, service := accountOfTwo()
		a.Edit(func(data *awsxtest.Data) {
			for i := range data.Tasks {
				data.Tasks[i].CreatedAt = time.Now()
			}
		})
		s := &viewstest.Shelf{}
		var seen []past.Seen
		for i, name := range []string{"f00d", "beef", "cafe"} {
			id := strings.Repeat(name, 16)
			at := time.Now().Add(time.Duration(i-8) * time.Hour)
			s.Write(at, id, "", "info", "last words of "+name)
			seen = append(seen, past.Seen{
				Cluster: service.ClusterRef(), Service: service.Name(), ID: id, Task: "arn:aws:ecs:eu-west-1:1:task/payments/" + name + name, Container: "api-orders",
				Family: "api-orders", Revision: "1", First: at.Add(-time.Hour), Last: at,
			})
		}
		d := viewstest.Sit(t, a, viewstest.Standard, func(deps *views.Deps) ui.Screen {
			v := viewerOf(deps, s)
			for _, x := range seen {
				deps.Store.Past().(past.Observer).SeenRuntimeID(x)
			}
			return logviews.NewScreen(v, views.LogScope{Service: service})
		}).Read()
		for _, name := range []string{"cafe", "beef", "f00d"} {
			d.Press("p")
			d.Read()
			d.Shows("last words of "+name, "task "+name+name).Hides(otherThan(name)...)
		}
		// The last one took the place of those before: one step leads back to the service,
		// and its log alone is followed then.
		d.Press("esc")
		d.Read()
		d.Shows("tasks of api-orders").Hides("task f00d", "task beef", "task cafe")
		before := searchesOf(s)
		d.Advance(20 * time.Second)
		if n := searchesOf(s) - before; n > 30 {
			t.Errorf("%d searches in twenty seconds", n)
		}
	})
}

func searchesOf(s *viewstest.Shelf) (n int) {
	s.Do(func() { n = s.Searches })
	return n
}

func otherThan(name string) (out []string) {
	for _, other := range []string{"f00d", "beef", "cafe"} {
		if other != name {
			out = append(out, "last words of "+other)
		}
	}
	return out
}
