"""The sample pictures of the repository: twelve fixed scenes, apart from the generator."""
