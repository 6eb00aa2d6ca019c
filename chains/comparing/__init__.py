"""Two sides of runs compared, paired by world."""
