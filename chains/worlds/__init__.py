"""Ground truth: facts at the bottom, intent at the top, and the worlds made of them.

Imports: errors, rng, fates.

Names to know: `world.World`, `facts.ledger.Fact`, `decisions.decision.Decision`, `charters.charter.Charter`,
`scenario_registry.world_for`, `files.world_file.read_world`. A generator of worlds is one file in `scenario/`; where
it plays is one file in `settings/`.
"""
