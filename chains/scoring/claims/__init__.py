"""Free claims."""
