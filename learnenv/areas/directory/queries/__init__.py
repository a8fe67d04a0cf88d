"""What pages of the Gouden Gids show."""
