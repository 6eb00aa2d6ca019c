"""Views: from results to what a person reads at a terminal, or a program reads as JSON.

Imports: every room but `verbs`.

Names to know: `output.results`, `output.print_json`, `output.say`, `run_tables.results_view`, `live.LiveView`.
"""
