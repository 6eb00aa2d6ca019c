"""The verbs of the terminal, one a file: arguments in, one call, what to print."""
