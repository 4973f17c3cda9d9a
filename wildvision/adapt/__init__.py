"""What a person does with labelled photos of their own: measure a model, calibrate it again, divide a budget."""
