"""Neo: an AI/ML engineer that asks, gets approval, searches, delivers and watches.

The product itself. It knows projects, approvals, searches and money; it knows nothing of Slack
(that is ``bot``) and nothing of any one kind of system (those are ``skills``).
"""
