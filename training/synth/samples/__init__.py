"""The sample pictures of the repository: seven fixed scenes, apart from the generator."""
