"""How well Neo talks: scripted people with hidden profiles, the same events as from Slack, and scores."""
