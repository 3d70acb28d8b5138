"""Catastrophic Interference is Mitigated in Naturalistic Power-Law Learning Environments

The paper says, in our words:
1. (read) In natural environments the probability of meeting a task again falls as a power of the time since it was last
   performed.
2. (read) Learning in such environments suffers as little interference as with other rehearsals, or less.
3. (read) There is forward facilitation: later tasks are learnt faster.

The paper trains networks on images; authors and year are recalled. On trial here are linear tasks with a common
overlap of their regressors, which one set of weights can solve, where all errors are exact. A task's age is the
number of stages since it was first learnt, not since it was last performed: with the latter every rehearsal would
reset a clock, and second moments alone would not close.

On trial:
- rehearsal_exponent [C2, C3]: claim 2, over exponents of the power law, against rehearsal of all old tasks alike.
- rehearsal_budget [C4, C5]: claim 2 where there are few rehearsals, and for the worst task.
- interference_of_tasks [C1, C6]: how overlap makes interference, and claim 3.

Not on trial, because:
- Permuted digits, and comparisons with elastic weight consolidation: no exact errors.
- Tasks that contradict each other: they would add a floor that no rehearsal removes.
"""

HEAD = "rehearsal_exponent"
