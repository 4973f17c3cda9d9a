"""Labelled photos: reading, checking, grouping and splitting them."""
