"""Dried fins and other thin dried things that are laid out in the sun."""
