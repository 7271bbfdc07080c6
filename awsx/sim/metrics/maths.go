package metrics

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// calculator works metric maths out: numbers, other queries, + - * / and parentheses,
// the functions SUM, AVG, MIN and MAX of a list or of METRICS(), PERIOD and FILL.
type calculator struct {
	known   map[string]values
	metrics []string // ids of queries that are metrics
	period  int
	open    []metricQuery
}

// solve works out what is open, each after what it names.
func (c *calculator) solve() error {
	for len(c.open) > 0 {
		var later []metricQuery
		for _, q := range c.open {
			e := expression{c, mathTokens.FindAllString(q.Expression, -1), false}
			v, err := e.sum()
			switch {
			case err == nil && len(e.rest) > 0:
				return invalid("Error in expression '%s' [Unexpected token %s]", q.ID, e.rest[0])
			case err == nil:
				c.known[q.ID] = v.series
			case e.waits:
				later = append(later, q)
			default:
				return invalid("Error in expression '%s' [%s]", q.ID, err.Error())
			}
		}
		if len(later) == len(c.open) {
			return invalid("Error in expression '%s' [it names an id that does not exist]", later[0].ID)
		}
		c.open = later
	}
	return nil
}

var mathTokens = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*|[0-9]+(?:\.[0-9]+)?|[^\s]`)

// operand is a number, or a series where there is one.
type operand struct {
	number float64
	series values
}

type wrongMaths string

func (w wrongMaths) Error() string { return string(w) }

type expression struct {
	*calculator
	rest  []string
	waits bool // for a query that is not worked out yet
}

func (e *expression) accept(tokens string) string {
	if len(e.rest) == 0 || len(e.rest[0]) != 1 || !strings.Contains(tokens, e.rest[0]) {
		return ""
	}
	token := e.rest[0]
	e.rest = e.rest[1:]
	return token
}

func (e *expression) sum() (operand, error)     { return e.chain("+-", e.product) }
func (e *expression) product() (operand, error) { return e.chain("*/", e.term) }

func (e *expression) chain(operators string, part func() (operand, error)) (operand, error) {
	x, err := part()
	for err == nil {
		by := e.accept(operators)
		if by == "" {
			break
		}
		var y operand
		if y, err = part(); err == nil {
			x = combine(x, y, func(a, b float64) float64 {
				switch by {
				case "+":
					return a + b
				case "-":
					return a - b
				case "*":
					return a * b
				}
				return a / b
			})
		}
	}
	return x, err
}

// combine works on the moments that both have, and leaves out what is no number.
func combine(x, y operand, by func(a, b float64) float64) operand {
	if x.series == nil && y.series == nil {
		return operand{number: by(x.number, y.number)}
	}
	out := values{}
	put := func(at int64, v float64) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			out[at] = v
		}
	}
	switch {
	case x.series == nil:
		for at, v := range y.series {
			put(at, by(x.number, v))
		}
	case y.series == nil:
		for at, v := range x.series {
			put(at, by(v, y.number))
		}
	default:
		for at, v := range x.series {
			if w, both := y.series[at]; both {
				put(at, by(v, w))
			}
		}
	}
	return operand{series: out}
}

func (e *expression) term() (operand, error) {
	if e.accept("-") != "" {
		x, err := e.term()
		return combine(operand{}, x, func(a, b float64) float64 { return a - b }), err
	}
	if e.accept("(") != "" {
		x, err := e.sum()
		if err == nil && e.accept(")") == "" {
			err = wrongMaths("a parenthesis is not closed")
		}
		return x, err
	}
	if len(e.rest) == 0 {
		return operand{}, wrongMaths("it ends too early")
	}
	token := e.rest[0]
	e.rest = e.rest[1:]
	if n, err := strconv.ParseFloat(token, 64); err == nil {
		return operand{number: n}, nil
	}
	if e.accept("(") != "" {
		return e.function(strings.ToUpper(token))
	}
	if of, ok := e.known[token]; ok {
		return operand{series: of}, nil
	}
	e.waits = true
	return operand{}, wrongMaths("unknown id " + token)
}

// function reads the arguments of a function and works it out.
func (e *expression) function(name string) (operand, error) {
	var arguments []operand
	list := e.accept("[") != ""
	for e.accept(")") == "" {
		var x operand
		var err error
		switch {
		case len(e.rest) > 2 && strings.EqualFold(e.rest[0], "METRICS") && e.rest[1] == "(" && e.rest[2] == ")":
			e.rest = e.rest[3:]
			for _, id := range e.metrics {
				arguments = append(arguments, operand{series: e.known[id]})
			}
		default:
			if x, err = e.sum(); err != nil {
				return x, err
			}
			arguments = append(arguments, x)
		}
		if list && e.accept("]") != "" {
			list = false
		}
		if e.accept(",") == "" && len(e.rest) == 0 {
			return operand{}, wrongMaths("a parenthesis is not closed")
		}
	}
	if len(arguments) == 0 {
		return operand{}, wrongMaths(name + " needs an argument")
	}
	switch name {
	case "PERIOD":
		return operand{number: float64(e.period)}, nil
	case "FILL":
		return e.fill(arguments)
	case "SUM", "AVG", "MIN", "MAX":
		return aggregate(name, arguments), nil
	}
	return operand{}, wrongMaths("Unsupported function " + name)
}

// fill puts a number where a series has none between its ends.
func (e *expression) fill(arguments []operand) (operand, error) {
	if len(arguments) != 2 || arguments[1].series != nil {
		return operand{}, wrongMaths("FILL needs a series and a number")
	}
	out := values{}
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	for _, id := range e.metrics {
		for at := range e.known[id] {
			first, last = min(first, at), max(last, at)
		}
	}
	for at := first; at <= last; at += int64(e.period) {
		out[at] = arguments[1].number
	}
	for at, v := range arguments[0].series {
		out[at] = v
	}
	return operand{series: out}, nil
}

// aggregate works a function out over several series, moment by moment.
func aggregate(name string, of []operand) operand {
	out, seen := values{}, map[int64]float64{}
	for _, x := range of {
		for at, v := range x.series {
			n := seen[at]
			switch {
			case n == 0:
				out[at] = v
			case name == "MIN":
				out[at] = min(out[at], v)
			case name == "MAX":
				out[at] = max(out[at], v)
			default:
				out[at] += v
			}
			seen[at]++
		}
	}
	if name == "AVG" {
		for at := range out {
			out[at] /= seen[at]
		}
	}
	return operand{series: out}
}
