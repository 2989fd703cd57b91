"""The search: spaces, problems, studies, the verdict. Knows nothing of any one skill."""
