"""Tests of the engine's numbers."""
