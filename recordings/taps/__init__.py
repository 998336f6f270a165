"""Taps: where a recording comes from while it happens."""
