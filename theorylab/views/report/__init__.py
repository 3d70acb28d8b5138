"""The gallery: a static site of the studies, their papers and findings, made from records, figures and sources."""
