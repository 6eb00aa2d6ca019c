"""Fates by others than the instrument: people who label, models that judge, and how far they all agree."""
