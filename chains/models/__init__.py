"""Where replies come from: endpoints, the embedded model, the synthetic channel; and what a run may spend on them.

Imports: errors, rng, fates, worlds.

Names to know: `provider.Provider`, `provider.Request`, `provider.Reply`, `spec.ModelSpec`, `spec.Source`,
`pool.Models`, `budget.Budget`.
"""
