"""Animal prints, and stuffed animals."""
