"""The things that are shown: shapes and materials, a room for each kind."""
