package memory

import (
	"fmt"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/past"
)

// sweep300 tells what a sweep of 300 services of ten tasks does: each container, and of a few
// services an event, a task that stopped and a target that turned.
func sweep300(o past.Observer, n int, at time.Time) {
	for i := range 300 {
		name := fmt.Sprintf("service-%03d", i)
		for j := range 10 {
			o.SeenRuntimeID(past.Seen{Cluster: cluster, Service: name, ID: fmt.Sprintf("%060d%04d", i, j), Task: arn + fmt.Sprintf("task/prod/%030d%02d", i, j), Container: "app", Family: name, Revision: "7", First: at, Last: at})
		}
	}
	for i := range 5 {
		id := fmt.Sprintf("n%dx%d", n, i)
		d := dead(id, at)
		o.SeenStoppedTask(d, at)
		o.SeenEvent(shop, told(id, at))
		o.SeenTargetChange(turned(fmt.Sprint(n), id, at))
	}
}

// recorder keeps what it is told, so that making it is not measured.
type recorder struct{ all []func(past.Observer) }

func (r *recorder) SeenStoppedTask(t awsx.Task, at time.Time) {
	r.all = append(r.all, func(o past.Observer) { o.SeenStoppedTask(t, at) })
}

func (r *recorder) SeenEvent(s awsx.Ref, e awsx.ServiceEvent) {
	r.all = append(r.all, func(o past.Observer) { o.SeenEvent(s, e) })
}

func (r *recorder) SeenRuntimeID(s past.Seen) {
	r.all = append(r.all, func(o past.Observer) { o.SeenRuntimeID(s) })
}

func (r *recorder) SeenTargetChange(c past.TargetChange) {
	r.all = append(r.all, func(o past.Observer) { o.SeenTargetChange(c) })
}

// BenchmarkSweep is what remembering costs the pollers, sweep after sweep of half a minute;
// the file is written beside them.
func BenchmarkSweep(b *testing.B) {
	m := Open(Options{Dir: b.TempDir(), Days: 14, Megabytes: 64})
	defer m.Close()
	at := time.Now()
	sweep300(m, 0, at)
	n := 0
	for b.Loop() {
		b.StopTimer()
		r := &recorder{}
		n++
		at = at.Add(30 * time.Second)
		sweep300(r, n, at)
		b.StartTimer()
		for _, tell := range r.all {
			tell(m)
		}
	}
}

// filled is a file of a hundred thousand records of 300 services.
func filled(b *testing.B) *file {
	f := &file{path: Path(b.TempDir()), days: 14, megabytes: 256}
	at := time.Now().Add(-time.Hour)
	for i := 0; i < 100000; i += batch {
		var some []record
		for j := range batch {
			d := dead(fmt.Sprintf("%032d", i+j), at.Add(time.Duration(i+j)*time.Millisecond))
			d.Group = fmt.Sprintf("service:service-%03d", (i+j)%300)
			some = append(some, ofStopped(past.Stopped{Task: d, Seen: at}))
		}
		if err := f.write(some); err != nil {
			b.Fatal(err)
		}
	}
	return f
}

// BenchmarkOf100000 opens a file of so many, writes twenty, and asks for one service's.
func BenchmarkOf100000(b *testing.B) {
	f := filled(b)
	defer f.close()
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			f.close()
			if _, err := f.ready(true); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("write20", func(b *testing.B) {
		n := 0
		for b.Loop() {
			var some []record
			for range 20 {
				n++
				some = append(some, ofStopped(past.Stopped{Task: dead(fmt.Sprintf("w%d", n), time.Now()), Seen: time.Now()}))
			}
			if err := f.write(some); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("one service", func(b *testing.B) {
		for b.Loop() {
			all, err := f.read(kindStopped, account, "123456789012", "prod", []string{"service-007"}, time.Time{})
			if len(all) < 300 || err != nil {
				b.Fatal(len(all), err)
			}
		}
	})
	b.Run("known events", func(b *testing.B) {
		// A console starts: each of 300 services tells its last hundred events again.
		var all []record
		at := time.Now()
		for i := range 30000 {
			all = append(all, ofEvent(past.Event{Service: cluster.In(fmt.Sprintf("%sservice/prod/service-%03d", arn, i/100)), ServiceEvent: told(fmt.Sprint(i), at.Add(time.Duration(i%100)*time.Second))}))
		}
		write := func() {
			for i := 0; i < len(all); i += batch {
				if err := f.write(all[i : i+batch]); err != nil {
					b.Fatal(err)
				}
			}
		}
		write()
		for b.Loop() {
			f.close()
			write()
		}
	})
}
