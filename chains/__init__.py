"""Mazedom: chains of command held by language models, and how the truth fares in them."""

VERSION = "0.1.0"
