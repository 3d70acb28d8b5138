"""Accelerated Algorithms for Smooth Convex-Concave Minimax Problems with O(1/k^2) Rate on Squared Gradient Norm

The paper says, in our words (a secondary text was read, not the paper):
1. (read) Extragradient with an anchor (EAG) has |F(z_k)|^2 of order 1/k^2, with constants 260 (constant steps) and 27
   (varying steps).
2. (read) No first-order method has a better order: L^2 D^2 / (2 floor(k/2) + 1)^2 from below.
3. (read) EAG with varying steps has a Lyapunov function, for first steps in (0, 3/(4L)).
4. (recalled) The last iterate of plain extragradient has |F(z_k)|^2 <= 4 L^2 D^2/(k+1).

On trial:
- anchored_extragradient [C11, C12, C14]: claims 1 and 2, worst modes of bilinear games.
- eag_lyapunov [C15]: claim 3, along random monotone affine operators.
- certified_worst_cases: claims 1 and 4 for few steps, between modes and semidefinite certificates; derived here.
- extragradient [C9, C10]: claim 4, worst modes of bilinear games; the limit 2/e is derived here.

Not on trial, because:
- Operators that are not affine: worst modes are exact on bilinear games alone.
- The lower bound for every method: those on trial are seen to keep it, which is no proof.
"""

HEAD = "anchored_extragradient"
