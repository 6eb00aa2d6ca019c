"""Whether the instrument is right: planted gates, people's labels, model judges, and how far all agree.

Imports: running, organisation, scoring, stats, models, worlds.

Names to know: `gates.calibration.calibrate`, `labels.Label`, `pairs.Pair`, `judge`, `agreement.accord`,
`labelled_messages.read_messages`, `sampling.draw_sample`.
"""
