"""Importers: sessions that other tools kept, as recordings. One file a format; `formats.py` lists and detects them."""
