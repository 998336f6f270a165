"""The protocol as tables: event types, directions, acknowledgements, renames, dialects, secrets."""
