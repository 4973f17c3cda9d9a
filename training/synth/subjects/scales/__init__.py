"""A pangolin's scales, loose and on its body."""
