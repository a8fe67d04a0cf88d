"""`python -m learnenv` is the `learnenv` command."""

from learnenv.cli import main

main()
