"""Components declared without torch: what a spec may name, with which parameters."""
