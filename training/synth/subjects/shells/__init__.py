"""Tortoiseshell, the plastic that imitates it, and the shells of molluscs."""
