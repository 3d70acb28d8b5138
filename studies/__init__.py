"""The studies: one module per claim on trial. Being in this package is the registration; see theorylab.trials.study."""
