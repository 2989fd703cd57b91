"""From a person's message to one typed result: what they want, which values they gave, what they ask back."""
