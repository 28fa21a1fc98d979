"""What is read of a workshop, by subject; figures leave through `projection` alone."""
