"""Imported before any test module: theorylab settles the number of BLAS threads, which numpy reads when loaded."""

import theorylab  # noqa: F401
