"""What a finished trial came to, beside the fates of facts."""
