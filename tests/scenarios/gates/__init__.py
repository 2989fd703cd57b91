"""The gates as a state machine: any order of events, an independent ledger of what may happen, and planted mistakes."""
