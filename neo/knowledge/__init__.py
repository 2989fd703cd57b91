"""The knowledge repository: pure functions over project records."""
