"""On the Convergence Rate of the Halpern-Iteration

The paper says, in our words:
1. (recalled) With anchors 1/(k+2), Halpern's iteration of a nonexpansive map T has |x_k - T x_k| <= 2 D/(k+1), D the
   distance from the start to a fixed point.
2. (recalled) The bound is tight.

On trial:
- nonexpansive_maps [C1]: claim 1, on random maps in higher dimension.
- planar_maps [C1]: claim 1, on all normal linear maps of the plane, which a hunt can search.
- halpern_worst_case [C2, C3, C6]: claim 2, two instances that attain the bound, and its cocoercive form; derived here.

Not on trial, because:
- The proof: `theorylab certify minimax` proves the bound for every nonexpansive map, for few steps.
- Maps that are neither linear, nor reflected projections, nor proximal maps: only such were drawn.
"""

HEAD = "halpern_worst_case"
