"""Sends generated requests to every address, by every method, as each role, and sees whether the site keeps its word.

    make fuzz
    python -m tools.fuzz 20000 --seed 7       # fewer, and the same ones again
    python -m tools.fuzz --postgresql         # on a PostgreSQL of its own instead of SQLite
    python -m tools.fuzz --seed 7 --visit 12  # one visit alone

Some requests of one role after the other are a visit; after it the database is what it was. Each visit has a seed of
its own, made of that of the run and its number. What an answer has to be is said in `site`, and how many queries it may
take in `tests.bounds`. Of each thing that goes wrong, the smallest visit in which it still does is printed.
"""
