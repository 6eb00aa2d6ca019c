"""What a run has to show, by condition and by trial."""
