"""The optimisers of this model, momentum and averages. Their form: `theorylab.models.adaptive.optimisers`."""
