"""The web app as its visitors meet it, measured from outside: ``python -m tests.benchmark_app``."""
