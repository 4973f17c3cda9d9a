"""Rendered pictures: scenes built from code, so that no photograph has to be shipped."""
