"""Pure domain: events, stages, approvals, briefs, documents, posts. Standard library only."""
