"""Outliers with Opposing Signals Have an Outsized Effect on Neural Network Optimization

The paper says, in our words:
1. (read) Groups of outliers with large features and opposite gradients force training into a narrow valley that
   balances them; further sharpening then makes the losses of the two groups oscillate and spike.
2. (read) A linear network of two layers on a simple model shows it. By a reader's question to the authors, the
   sharpness grows there linearly in |beta|, until some time.
3. (recalled) The model: inputs with a coordinate of large variance and no linear signal; sharpness first falls, then
   rises. Its exact constants are not known; the model on trial, and all constants, are ours.

On trial:
- flow_sharpens [C1, C2, C3]: claims 2 and 3 along gradient flow: where it ends, when it falls at first; derived here.
- edge_of_the_valley [C4, C5, C8]: which minima gradient descent keeps, and where it ends from beyond; derived here.
- spikes_swap_groups [C6, C7]: claim 1: what a spike does to the two groups and to the sharpness; derived here.
- groups_in_antiphase [C9]: claim 1 under SGD that draws outliers: a condition on its noise; derived here.

Not on trial, because:
- The theorem's times and constants: not read.
- Adam against SGD on these groups, and momentum: their steps have no exact theory here.
- Groups found in image and text data of trained networks: out of reach.
"""

HEAD = "edge_of_the_valley"
