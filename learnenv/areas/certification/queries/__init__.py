"""What pages of certification show, loaded in a fixed number of queries."""
