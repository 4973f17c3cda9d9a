"""What carvers make in any material: figures, reliefs, openwork."""
