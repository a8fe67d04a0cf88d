"""The verbs of learning. They take actor and moment, flush, publish, and never commit."""
