"""Learning: one run of training, its state, losses, schedule, validation and record."""
