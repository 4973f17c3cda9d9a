"""Cones, bulbs and peel, which look scaled or like slices."""
