"""What an organisation does besides its chain of command, woven into the plan of its trials."""
