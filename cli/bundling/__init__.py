"""The bundle for an issue: what is pasted, what is attached, and nothing that is private in either."""
