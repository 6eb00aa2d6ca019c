"""The figures of a condition's decisions by name; apart from `signals`, so that naming one needs no numpy."""

FIGURES = {
    "d_prime": "how well decisions tell worlds in which the standing plan is wrong from others",
    "criterion": "above 0: decisions incline to the standing plan whatever the world",
    "eval_risk": "correlation over trials of the risk that is reported with the true one",
}
"""What hypotheses may be of, and `compare` tests, besides measures; each with what it says."""
