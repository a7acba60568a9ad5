"""Simulated participants of conferences: what they send is known, so what arrives can be judged."""
