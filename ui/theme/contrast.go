package theme

import (
	"image/color"
	"math"

	"github.com/charmbracelet/colorprofile"
)

// The least contrasts of WCAG 2: of text that is read, and of what stands out by its shape
// or its word as well.
const (
	leastText = 4.5
	leastInk  = 3
)

// luminance is a colour's, from 0 to 1, as WCAG 2 defines it.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	part := func(v uint32) float64 {
		x := float64(v) / 0xffff
		if x <= 0.03928 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*part(r) + 0.7152*part(g) + 0.0722*part(b)
}

// contrast is that of two colours, from 1 to 21, as WCAG 2 defines it.
func contrast(a, b color.Color) float64 {
	hi, lo := luminance(a), luminance(b)
	if hi < lo {
		hi, lo = lo, hi
	}
	return (hi + 0.05) / (lo + 0.05)
}

// shown is a colour as the terminal can show it. One that cannot be told from the background
// is made lighter or darker until it can.
func (o Options) shown(c color.Color) color.Color { return o.legible(c, leastInk) }

func (o Options) legible(c color.Color, least float64) color.Color {
	bg, known := hex(o.Scheme.Background)
	if !known {
		return o.Profile.Convert(c)
	}
	towards := color.RGBA{A: 0xff}
	if luminance(bg) < 0.5 {
		towards = color.RGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
	}
	const steps = 20
	for i := range steps {
		shown := o.Profile.Convert(blend(c, towards, float64(i)/steps))
		if o.Profile < colorprofile.ANSI256 || contrast(shown, bg) >= least {
			return shown
		}
	}
	return o.Profile.Convert(towards)
}

// blend is a part of the way from one colour to another.
func blend(from, to color.Color, part float64) color.RGBA {
	r1, g1, b1, _ := from.RGBA()
	r2, g2, b2, _ := to.RGBA()
	mix := func(a, b uint32) uint8 { return uint8((float64(a)*(1-part) + float64(b)*part) / 0x101) }
	return color.RGBA{R: mix(r1, r2), G: mix(g1, g2), B: mix(b1, b2), A: 0xff}
}
