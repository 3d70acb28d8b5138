"""The optimisers of this model, a module each, once and as its paper writes it: exact recursions, usable everywhere.

A module holds
- its docstring: paper, algorithm or equation, and whether that was read or is recalled;
- `Method`: a NamedTuple of the parameters, with the paper's defaults (a rate that the paper leaves open has none);
- `MEMORIES`: how many arrays like x it remembers; `memory` has shape (MEMORIES, *x.shape) and starts as zeros,
  unless `start(method, x, memory)` of the module says otherwise;
- `step(method, t, x, gradient, memory)`: an inner kernel, t = 1, 2, ..., that changes x and memory in place. x is (d,),
  or (m, n) where the paper speaks of matrices; an array is one layer. What a paper needs beside the gradient (an
  estimate of the curvature, the loss, a gradient elsewhere) follows `memory` as further arguments, named in its doc.
"""
