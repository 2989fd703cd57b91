"""Golden sets, where their evidence lies in documents, metrics, and what a difference of means is worth."""
