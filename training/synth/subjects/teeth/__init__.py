"""Teeth and claws, and what is taken for them."""
