"""Decentralized Stochastic Bilevel Optimization with Improved per-Iteration Complexity

The paper says, in our words:
1. (recalled) The global hypergradient holds the inverse of the mean Hessian: agents cannot average their own.
2. (recalled) HIGP solves that linear system by gossip with gradient tracking and Hessian-vector products alone.
3. (recalled) MA-DSBO, with a moving average of hypergradient estimates, alpha of order K^(-1/2) and inner loops of
   order log K, has E |grad F|^2 = O(K^(-1/2)), and samples of order eps^-2 log(1/eps).

On trial:
- common_hypergradient [C1, C2]: claim 1.
- tracked_system [C3, C5]: claim 2, factors and step sizes of tracking, and what it conserves; derived here.
- plain_gossip [C4]: claim 2, the floor without tracking; derived here.
- averaged_direction [C6, C7]: claim 3, exact moments of the whole method on quadratics; derived here.
- warm_starts: claim 3, what inner loops of order log K are needed for; derived here.

Not on trial, because:
- The rate of claim 3 for nonconvex F, its constants and its count of samples: they were not found, and no instance here
  is nonconvex; K^(-1/2) is attained on quadratics already.
- A speed-up in the number of agents [C8]: the paper claims none.
- Products with vectors in place of matrices [C9]: a count of cost by definition.
- The experiments on digits and newsgroups: real data, out of reach.
"""

HEAD = "averaged_direction"
