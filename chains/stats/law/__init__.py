"""The law of decay with depth: exponents along and across chains, verdicts, contrasts, and what they rest on.

Imports: fit, observations, survival, paired.

Names to know: `decay_law.law`, `condition_law.ConditionLaw`, `contrasts.Contrast`, `verdicts.EQUIVALENT`,
`depth.depth_law`.
"""
