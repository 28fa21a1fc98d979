"""The analyst's command: read a file of answers collected elsewhere, say what was understood, and measure it.

Words: layout (long, one answer a row; wide, one person a row), refusal (a line or a column that was left out, and why),
engine (Polars, DuckDB or Spark: groups and sums), report (terminal, JSON, PDF, HTML). No web framework here.
"""
