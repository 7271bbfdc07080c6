package app

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/internal/config"
	"gantry/ui"
	"gantry/ui/modal"
	"gantry/ui/palette"
	"gantry/views"
)

// actPlaces are the digits: 0 goes to all clusters, each other to the favourite on it.
var actPlaces = func() (list []ui.Binding) {
	for i := range 10 {
		b := ui.Binding{ID: "favourite-" + strconv.Itoa(i), Name: "favourite " + strconv.Itoa(i), Keys: []string{strconv.Itoa(i)}, Yields: true}
		if i == 0 {
			b.Name = "all clusters"
		}
		list = append(list, b)
	}
	return list
}()

// actKeep puts the place that is shown on a digit.
var actKeep = ui.Binding{ID: "favourite", Name: "put this place on a digit", Keys: []string{"+"}, Short: []string{"fav"}}

var _ = views.Everywhere.Add(actKeep)
var _ = views.Everywhere.Add(actPlaces...)

// keptPlace is a place of a context that was put on a digit on this machine.
type keptPlace struct {
	Context awsx.ContextID `json:"context"`
	leftPlace
}

// String is what it is called.
func (p keptPlace) String() string {
	if p.Cluster == "" {
		return p.Screen + " " + p.Context.String()
	}
	name := awsx.ARNName(p.Cluster)
	if p.ARN != p.Cluster {
		name += "/" + awsx.ARNName(p.ARN)
	}
	return p.Screen + " " + name
}

// favourite is what stands on a digit since somebody put it there; ok is false where nothing
// does.
func (k left) favourite(digit string) (p keptPlace, ok bool) {
	value := k.Value("", favouritesOf+digit)
	return p, value != "" && json.Unmarshal([]byte(value), &p) == nil
}

// favouritesOf begins the names of places on digits in what is kept.
const favouritesOf = "favourite."

// put puts a place on a digit, or takes it away where it stands there already.
func (k left) put(digit string, p keptPlace) (there bool) {
	if was, ok := k.favourite(digit); ok && was == p {
		k.Set("", favouritesOf+digit, "")
		return false
	}
	value, err := json.Marshal(p)
	if err != nil {
		panic(err) // texts alone
	}
	k.Set("", favouritesOf+digit, string(value))
	return true
}

// habits are the actions on favourites, of where the operator is.
func (f finder) habits() []ui.Action {
	list := []ui.Action{actKeep.Does(f.keep), actPlaces[0].Does(func() {
		for _, k := range openable(views.OfContext) {
			if k.Word != "" {
				k.Open(f.deps, awsx.Ref{Context: f.place().Context})
			}
		}
	})}
	for i, b := range actPlaces[1:] {
		digit := strconv.Itoa(i + 1)
		a := b.Does(nil).Unless("no favourite stands on it: " + f.host.Key(actKeep) + " puts a place there")
		if name, run := f.favourite(digit); run != nil {
			a = b.Runs(run)
			a.Name = name
		}
		list = append(list, a)
	}
	return list
}

// favourite is what stands on a digit, and what goes there; nil where nothing does.
func (f finder) favourite(digit string) (name string, run func() tea.Cmd) {
	if p, ok := f.app.left.favourite(digit); ok {
		return p.String(), ui.Do(func() {
			k, _ := kindCalled(p.Screen)
			if p.Cluster == "" {
				if k.Of == views.OfContext {
					k.Open(f.deps, awsx.Ref{Context: p.Context})
				}
				return
			}
			f.open(awsx.Ref{Context: p.Context, Cluster: p.Cluster, ARN: p.ARN}, k)
		})
	}
	for _, n := range f.app.Config.Favourites {
		if n.Name == digit {
			return n.Text, func() tea.Cmd { return f.goTo(n.Text) }
		}
	}
	return "", nil
}

// keep asks on which digit to put the place that is shown.
func (f finder) keep() {
	here := keptPlace{Context: f.place().Context, leftPlace: leftPlace{Screen: "clusters"}}
	open := f.host.Screens()
	if k, ok := kindCalled(open[0].Name()); ok && k.Of == views.OfContext {
		here.Screen = k.Screen
	} else if p, ok := lastPlace(open, here.Context); ok {
		here.leftPlace = p
	}
	var options []modal.Option
	free := -1
	for i := 1; i <= 9; i++ {
		name, _ := f.favourite(strconv.Itoa(i))
		if name == "" && free < 0 {
			free = i - 1
		}
		options = append(options, modal.Option{Name: strconv.Itoa(i), Detail: cmp.Or(name, "-")})
	}
	f.host.Modal(modal.NewChoice(f.host.Theme(), modal.ChoiceOptions{
		Title: "Put " + here.String() + " on which digit?", Options: options, Selected: max(0, free), Digits: true,
		Chosen: func(i int) {
			digit := options[i].Name
			if f.app.left.put(digit, here) {
				f.host.Flash(ui.Info, "%s goes to %s", digit, here)
			} else {
				f.host.Flash(ui.Info, "%s goes to %s no more", digit, here)
			}
		},
	}))
}

// named are the operator's own names for what the palette takes, with words behind them or
// without.
func (f finder) named(text string) (items []palette.Item) {
	word, rest, _ := strings.Cut(text, " ")
	for _, n := range f.app.Config.Aliases {
		items = append(items, palette.Item{Name: n.Name, Detail: n.Text, Run: func() tea.Cmd { return f.goTo(n.Text) }})
		if word == n.Name && rest != "" {
			items = append(items, palette.Item{Name: text, Detail: n.Text + " " + rest, Answer: true, Run: func() tea.Cmd { return f.goTo(n.Text + " " + rest) }})
		}
	}
	return items
}

// goTo goes where a text of the configuration leads: what the palette finds for it among what
// was read, or else what is looked for in the account.
func (f finder) goTo(text string) tea.Cmd {
	if item, ok := palette.Meant(f.sources(), text); ok && item.Disabled == "" {
		return item.Run()
	}
	if b, err := ParseBeginning(strings.Fields(text)); err == nil && f.beginAt(b) {
		return nil
	}
	f.host.Flash(ui.Warn, "nothing is called %s", text)
	return nil
}

// aliasText is the list of the operator's own names.
func aliasText(cfg config.Config) string {
	var b strings.Builder
	for _, n := range cfg.Aliases {
		fmt.Fprintf(&b, "%s%s\n", pad(n.Name, 14), n.Text)
	}
	if b.Len() > 0 {
		return "your own:\n" + b.String() + "\n"
	}
	return ""
}
