"""Is the instrument right? Gates with planted truth, people's labels, model judges, and how far they agree.

Imports: worlds, models, stats, scoring, organisation, experiments, running.

Names to know: `gates.calibration.calibrate`, `labels.Label`, `pairs.Pair`, `judge`, `agreement.accord`,
`labelled_messages.read_messages`, `sampling.draw_sample`.
"""
