"""Marks for what only one of the databases has; the whole suite runs on both, so each test runs on one of them."""

import pytest
from django.db import connection

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL")
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite")
