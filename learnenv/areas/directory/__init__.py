"""The Gouden Gids: find, compare, book, ask and review trainings and who gives them."""
