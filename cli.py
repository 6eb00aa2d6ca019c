def main() -> int:
    """Placeholder until the verbs exist."""
    return 2
