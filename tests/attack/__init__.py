"""The machinery of the attacks, shared by the tests and by proof/ (which has a module of the same name)."""
