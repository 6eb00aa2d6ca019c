"""Rules that generated worlds must keep, checked by enumerating every set of facts or clauses that could be heard.

Imports: facts, decisions, charters, world.

Names to know: `decision_world_rules.enumerate_world`, `assignment_rules.dilemma`, `visible_goals.told`,
`joint_facts.with_joint_facts`, `certain_facts.with_certainty`.
"""
