"""What leaves the program for other tools: the tables as CSV and Parquet, spans of OpenTelemetry, a log of Inspect.

Imports: models, stats, scoring, experiments, running, observations, results, tables.

Names to know: `table_files.write_csv`, `table_files.write_parquet`, `otel_spans.write_spans`,
`inspect_log.write_inspect`.
"""
