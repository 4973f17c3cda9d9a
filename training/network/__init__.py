"""The network: backbone with its weights, head, intermediate features, and how both are kept."""
