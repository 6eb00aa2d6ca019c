"""What leaves the program for other tools: the tables as CSV and Parquet, spans of OpenTelemetry, a log of Inspect.

Imports: stats, scoring, tables.

Names to know: `table_files.write_csv`, `table_files.write_parquet`.
"""
