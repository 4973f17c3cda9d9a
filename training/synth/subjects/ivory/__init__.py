"""Worked ivory and raw tusks."""
