"""Remedies: parts that any experiment can switch on, each with a placebo of the same budget and no power."""
