"""Language decisions, without storage: which skill, what was said, what to ask, what to write."""
