"""Likeness: which photos of a scan are the same picture, which look like one, and which are known from banks of hashes.

The guide is ``LIKENESS.md`` beside this file.
"""
