"""Is the instrument right? Gates with planted truth, people's labels, model judges, and how far they agree.

Imports: running, organisation, scoring, stats, models, worlds.

Names to know: `gates.calibration.calibrate`, `labels.Label`, `pairs.Pair`, `judge`, `agreement.accord`,
`labelled_messages.read_messages`, `sampling.draw_sample`.
"""
