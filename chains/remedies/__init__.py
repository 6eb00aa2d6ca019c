"""Remedies: parts that any experiment can switch on, each with a placebo of equal budget."""
