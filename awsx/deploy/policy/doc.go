// Package policy says what a change has to keep to before anybody looks at what it does:
// which clusters belong to production, which rules of the configuration mean it, how many
// revisions stay, and what each tier asks a person for. It is pure and knows no plan: how
// grave a change is, and which of the rules that mean it decides, is the business of
// awsx/deploy.
package policy
