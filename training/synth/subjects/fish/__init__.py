"""Shapes and materials of fish."""
