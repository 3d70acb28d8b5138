"""The optimisers of this model, steps in norms and by curvature. Their form: `theorylab.models.adaptive.optimisers`."""
