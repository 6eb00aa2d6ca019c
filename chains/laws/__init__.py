"""Statistics over many trials: paired comparison; survival and the law of decay follow."""
