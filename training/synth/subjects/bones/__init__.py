"""Shapes and materials of bones."""
