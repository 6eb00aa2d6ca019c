"""What the laws are fitted to: the fate of each statement at each hop, read from a file, drawn or reduced to paths.

Names to know: `observations.Observations`, `observation_file.read_observations`, `ways.Ways`, `first_loss.Paths`,
`simulate.Planted`.
"""
