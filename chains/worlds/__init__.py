"""Ground truth: worlds made from seeds, or read from files that people write."""
