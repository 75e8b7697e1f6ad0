LEFT_OUT = ("accounts_session", "cache")
"""The tables whose rows are in no backup: who is signed in, and what rate limits have counted."""
