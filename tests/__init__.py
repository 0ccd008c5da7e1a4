"""Tests of Tenure, by what they prove; README.md is the list."""
