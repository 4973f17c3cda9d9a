"""Beads, bangles, precious coral, and the stones and glass of jewellery."""
