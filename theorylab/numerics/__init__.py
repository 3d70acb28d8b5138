"""Numbers that know no curve: compiled kernels and their sources, streams, spectra, secular equations, balls."""
