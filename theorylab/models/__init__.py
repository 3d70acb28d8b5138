"""One exact theory each: model, kernels, theory, simulation. Models do not import each other."""
