"""Question answering over documents: what a trial scores and what delivery ships, line for line the same.

Nothing here knows Neo. A language model and an embedder come in as callables.
"""
