"""Formulas only: no web framework, no input or output, no clock."""
