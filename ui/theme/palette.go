package theme

import (
	"image/color"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// hue is a colour as each kind of terminal shows it. The sixteen base colours follow
// the user's own terminal palette; the 256-colour index is used only where the base
// has no such colour, or one that cannot be read on the background.
type hue struct {
	name  string
	basic ansi.BasicColor
	dark  uint8 // 256-colour index on a dark background, 0 for the base colour
	light uint8 // on a light background
}

func (h hue) color(o Options) color.Color {
	if c, ok := hex(o.Scheme.Hues[h.name]); ok && o.Profile >= colorprofile.ANSI256 {
		return o.shown(c)
	}
	index := h.light
	if o.Dark {
		index = h.dark
	}
	if o.Profile >= colorprofile.ANSI256 && index != 0 {
		return ansi.IndexedColor(index)
	}
	return h.basic
}

// hues are the colours that roles are drawn with, in the order of HueNames.
var hues = [...]hue{
	{name: "red", basic: ansi.Red, dark: 203, light: 160},
	{name: "orange", basic: ansi.Yellow, dark: 208, light: 166},
	{name: "yellow", basic: ansi.Yellow, light: 130},
	{name: "green", basic: ansi.Green, light: 28},
	{name: "cyan", basic: ansi.Cyan, light: 30},
	{name: "blue", basic: ansi.Blue, dark: 75, light: 26},
	{name: "magenta", basic: ansi.Magenta, dark: 176, light: 127},
}

// hueNamed returns the hue with a name.
func hueNamed(name string) (hue, bool) {
	for _, h := range hues {
		if h.name == name {
			return h, true
		}
	}
	return hue{}, false
}

// palette returns the look of every role. Bold and reverse are part of the look, not
// a replacement for colour, so that a screen reads the same without it.
func palette(o Options) [roles]look {
	red, orange, yellow, green, cyan, blue, magenta := hues[0], hues[1], hues[2], hues[3], hues[4], hues[5], hues[6]
	good, waiting, worse, bad := green, yellow, yellow, red
	if o.Scheme.BlueOrange {
		good, waiting, worse, bad = blue, cyan, orange, orange
	}
	c := func(h hue) color.Color { return h.color(o) }
	dim := look{faint: true}
	if rgb, ok := hex(o.Scheme.Dim); ok && o.Profile >= colorprofile.ANSI256 {
		dim = look{fg: o.shown(rgb)} // made faint besides, nobody knows what becomes of it
	}
	hunk := look{fg: c(cyan), faint: dim.faint}
	looks := [roles]look{
		Dim:    dim,
		Title:  {bold: true},
		Header: {bold: true},
		Accent: {fg: c(cyan)},
		Key:    {fg: c(cyan), bold: true},

		OK:       {fg: c(good)},
		Pending:  {fg: c(waiting)},
		Degraded: {fg: c(worse), bold: true},
		Failed:   {fg: c(bad), bold: true},
		Stopped:  dim,
		Unknown:  {fg: c(magenta)},

		Selected: {reverse: true},
		Marker:   {bold: true},
		Marked:   {fg: c(cyan), bold: true},
		Match:    {fg: c(yellow), reverse: true},
		Banner:   {bold: true, reverse: true},
		Warn:     {fg: c(worse), bold: true},
		Prod:     {fg: c(bad), bold: true, reverse: true},
		NonProd:  {fg: c(good)},

		Added:   {fg: c(good)},
		Removed: {fg: c(bad), bold: true},
		Hunk:    hunk,

		LogDebug: dim,
		LogInfo:  {},
		LogWarn:  {fg: c(worse)},
		LogError: {fg: c(bad), bold: true},
		Gap:      {fg: c(worse), reverse: true},
		Late:     {fg: c(magenta)},

		JSONKey:    {bold: true},
		JSONString: {fg: c(cyan)},
		JSONNumber: {fg: c(magenta), underline: o.Profile <= colorprofile.Ascii},

		Task0: {fg: c(cyan)},
		Task1: {fg: c(magenta)},
		Task2: {fg: c(blue)},
		Task3: {fg: c(green)},
		Task4: {fg: c(yellow)},
		Task5: {fg: c(cyan), bold: true},
	}
	for r := Role(0); r < roles; r++ {
		if ink, ok := o.Scheme.Roles[roleNames[r]]; ok {
			looks[r] = looks[r].ink(ink, o)
		}
	}
	return looks
}
