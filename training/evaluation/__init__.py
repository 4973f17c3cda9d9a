"""Evaluation: what an exported model says of photos that it has not seen, measured and shown."""
