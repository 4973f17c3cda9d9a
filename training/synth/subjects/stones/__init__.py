"""Shapes and materials of stones."""
