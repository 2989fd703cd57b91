"""One function for each thing that can happen. Services own the transactions."""
