"""Skins with their fur: outlines, coats, ways to lie, and goods made with them."""
