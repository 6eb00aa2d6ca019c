"""Chains that others logged: read as published, never unpacked or copied."""
