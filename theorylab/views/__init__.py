"""What a person sees: the command line, tables, plots. Nothing imports it but the entry points."""
