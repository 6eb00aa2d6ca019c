"""Settings: where a scenario plays, one a file."""
