"""The manager's page: how many civil servants learn, against the target of the programme."""
