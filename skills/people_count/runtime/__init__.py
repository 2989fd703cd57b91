"""Counting people: the very code that trials score and that delivery ships. It imports no Neo."""
