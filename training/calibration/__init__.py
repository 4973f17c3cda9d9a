"""Calibration: from scores of networks that never saw a photo's owner to probabilities, thresholds and status."""
