"""`python -m rtlog.cli`."""

from rtlog.cli.app import main

main()
