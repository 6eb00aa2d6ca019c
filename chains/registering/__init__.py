"""Hypotheses registered before any trial, and whether what a run shows of them is a test."""
