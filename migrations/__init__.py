"""One linear history of the tables of the whole house."""
