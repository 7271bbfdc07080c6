package logs_test

import (
	"fmt"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/logs"
	"gantry/ui/uitest"
	"gantry/views/viewstest"
)

func TestATailThatLiesCoveredAsksRarely(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(20)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.Press("enter").Shows("line 19.") // its record lies above
		before := d.shelf.Polled()
		d.Advance(20 * time.Minute)
		if n := d.shelf.Polled() - before; n > 15 {
			t.Errorf("%d searches in twenty minutes under a record", n)
		}
		d.say(0, "info", "line 20.")
		d.Press("esc").Advance(time.Second).Shows("line 20.")
	})
}

func TestOpeningLogsSweepsNoCluster(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(5)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.Advance(time.Minute).Shows("line 4.")
		if n := a.Count(awsxtest.Services); n > 0 {
			t.Errorf("the services of the cluster were listed %d times", n)
		}
	})
}

// TestOlderLinesOnTheirWayArriveThoughTheTasksChange has a task start while a page of
// older lines is being read.
func TestOlderLinesOnTheirWayArriveThoughTheTasksChange(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(1200)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		release := make(chan struct{})
		d.shelf.Do(func() {
			d.shelf.Wait = func(r logs.Range) {
				if !r.To.IsZero() && time.Since(r.To) > 30*time.Minute {
					<-release
				}
			}
		})
		d.Press("g", "k")
		start(a, "fresh")
		d.Advance(time.Minute)
		close(release)
		d.Advance(time.Second)
		d.numbered(t, 201, 1199)
	})
}

// start makes a task of the service run.
func start(a *awsxtest.Account, id string) {
	a.Edit(func(data *awsxtest.Data) {
		task := data.Tasks[0]
		task.Ref.ARN += id
		task.ID += id
		task.Containers = append([]awsx.Container(nil), task.Containers...)
		for i := range task.Containers {
			task.Containers[i].RuntimeID = fmt.Sprintf("%064x", 0xabc+i)
		}
		data.Tasks = append(data.Tasks, task)
	})
}

// TestLinesReadByHandAreThoseOfTasksThatStartedSince goes back until the tail ends, and
// then down again.
func TestLinesReadByHandAreThoseOfTasksThatStartedSince(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(20)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.screen.Unfollow()
		start(a, "fresh")
		d.Advance(2 * time.Minute)
		s.Write(time.Now(), fmt.Sprintf("%064x", 0xabc), "", "info", "of the new task")
		d.Press("G").Press("j").Advance(time.Second).Press("j").Advance(time.Second).Shows("of the new task")
	})
}

func TestAMarkIsNoEdgeOfTheLines(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(20)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.Advance(time.Minute).Press("m")
		d.screen.Unfollow()
		s.Write(time.Now().Add(-30*time.Second), d.ids[0], "", "info", "written before the mark")
		d.Press("G").Press("j").Advance(time.Second).Press("j").Advance(time.Second).Shows("written before the mark")
	})
}

// TestHowLateLinesAreLookedForIsSaidCalmly opens a log that is well, of a store that does not
// count and has more lines of a day than are read again.
func TestHowLateLinesAreLookedForIsSaidCalmly(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(1)
		line := s.Entries[0]
		s.Entries = nil
		for i := range 32_000 {
			line.ID, line.Time = fmt.Sprint(i), time.Now().Add(time.Duration(i-32_000)*2500*time.Millisecond)
			s.Entries = append(s.Entries, line)
		}
		d := openLogs(t, s, a, scope, uitest.Look{W: 200, H: 40}, nil)
		d.Advance(3*time.Minute).Shows("late lines are looked for 21h back", "● following").Hides("not shown")
		d.Press("d").Shows("a gap line tells where some came later")
	})
}
