"""A study on trial: what it is, how it is run, what a run found, and what is asked of it beyond its verdicts."""
