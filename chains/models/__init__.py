"""Where replies come from: endpoints, the embedded model, the synthetic channel; and what a run may spend on them.

A provider is one file here, named in `kinds`; `python_seat` lets a Python function or a LangGraph agent hold a seat.
People answer in `terminal`, for they need a screen.

Imports: errors, rng, fates, worlds.

Names to know: `provider.Provider`, `provider.Request`, `provider.Reply`, `spec.ModelSpec`, `spec.Source`,
`pool.Models`, `budget.Budget`.
"""
