"""Documents as ground truth: statements with typed slots, proposed from verbatim quotes for a person to confirm."""
