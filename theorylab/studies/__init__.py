"""The lab's studies, under a name that no other folder called `studies` can take: theorylab.studies.FAMILY.PAPER.CLAIM.

In a clone they are kept beside the package, in `studies/`, where `python -m studies.FAMILY.PAPER.CLAIM` finds them too;
a wheel has them in the place of this file.
"""

from pathlib import Path

__path__ = [str(Path(__file__).resolve().parents[2] / "studies")]
