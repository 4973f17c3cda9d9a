"""Labelling: which photos to label next, and tasks for those who label them."""
