"""The kinds of checks as studies call them: what is no rival or no curve is refused with what to write."""

import theorylab.verdicts.means as means
import theorylab.verdicts.slopes as slopes
import theorylab.verdicts.thresholds as thresholds
from theorylab.verdicts.asked import asked

agrees, below, above = asked(means.agrees), asked(means.below), asked(means.above)
ordered, monotone = asked(means.ordered), asked(means.monotone)
decays_as, geometric = asked(slopes.decays_as), asked(slopes.geometric)
threshold = asked(thresholds.threshold)
