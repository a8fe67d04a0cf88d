"""The verbs of the Gouden Gids."""
