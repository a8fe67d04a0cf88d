"""The verbs of certification. They flush and publish; they never commit."""
