"""What is around the subject: how it lies, in what, on what, in what light, and what became of the picture."""
