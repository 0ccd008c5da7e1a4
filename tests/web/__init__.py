"""Tests of the page: its server, and what a browser makes of it."""
