"""From the MI graph to one traced training step, its proof, and its state."""
