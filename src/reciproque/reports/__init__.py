"""Pure rendering: from frozen data to chart specification, SVG, PDF and spreadsheet. No web framework here."""
