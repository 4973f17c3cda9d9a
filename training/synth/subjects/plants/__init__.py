"""Plants and what is cut from them: cones, bulbs, bark, peel, slices, seeds and crisps."""
