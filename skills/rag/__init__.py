"""Question answering over a person's documents."""
