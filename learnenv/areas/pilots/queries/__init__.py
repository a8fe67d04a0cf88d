"""What pages of pilot projects show."""
