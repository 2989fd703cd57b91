"""Entry points: the command line, the Slack app, the worker, the scheduler. Knows Slack, decides nothing."""
